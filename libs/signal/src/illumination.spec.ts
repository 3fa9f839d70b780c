import { analyseFace } from './face.ts';
import type { FaceTraces, PatchTrace } from './analysis.ts';
import { gaussian, mulberry32 } from './chance.ts';
import { synthesizeBeats } from './synthesis.ts';
import { synthesizeFace } from './synthetic-face.ts';

const SECONDS = 25;
const times = Float64Array.from({ length: SECONDS * 30 }, (_, n) => n / 30);

/** How light in the colours of blood, which flickers 72 times a minute, changes a colour. */
const RATIO = { red: 0.33, green: 0.77, blue: 0.53 } as const;

/** A place beside a face: a wall, unless said otherwise, lit by a lamp that flickers by so much. */
const placeLitBy = (flicker: number, noise: number, colour = { red: 120, green: 150, blue: 170 }): PatchTrace => {
  const chance = mulberry32(5);
  const trace = (name: keyof typeof RATIO): Float64Array =>
    times.map(
      (time) =>
        colour[name] * (1 - RATIO[name] * flicker * Math.sin(2 * Math.PI * 1.2 * time) + noise * gaussian(chance)),
    );
  return { name: 'beside', red: trace('red'), green: trace('green'), blue: trace('blue') };
};

const faceWith = (pulse: number, lamp: number): FaceTraces => {
  const chance = mulberry32(3);
  const train = synthesizeBeats({ heartRate: 72, sdnn: 30, respiratoryRate: 15, durationSeconds: SECONDS, chance });
  const face = synthesizeFace(train, { timesSeconds: times, chance, pulse });
  const lit = ({ name, red, green, blue }: PatchTrace): PatchTrace => {
    const under = (trace: Float64Array, ratio: number): Float64Array =>
      trace.map((value, n) => value * (1 - ratio * lamp * Math.sin(2 * Math.PI * 1.2 * times[n]!)));
    return { name, red: under(red, RATIO.red), green: under(green, RATIO.green), blue: under(blue, RATIO.blue) };
  };
  return { ...face, patches: face.patches.map(lit) };
};

describe('the light on a face', () => {
  it('is told from its pulse by what it does to the places beside it, whatever its colour', () => {
    const lamplit = faceWith(0, 0.006);
    expect(analyseFace(lamplit).heartRate.value).toBeCloseTo(72, 0);
    const { heartRate } = analyseFace({ ...lamplit, backdrop: [placeLitBy(0.006, 0.001)] });
    expect(heartRate).toMatchObject({ value: null, reasons: ['light_flickers'] });
  });

  it('costs a pulse nothing where the places beside it only hold noise', () => {
    const alive = faceWith(0.005, 0);
    for (const noise of [0.0005, 0.003]) {
      const { heartRate } = analyseFace({ ...alive, backdrop: [placeLitBy(0, noise), placeLitBy(0, noise)] });
      expect(heartRate.value).toBeCloseTo(72, 0);
    }
  });

  it('is not judged by what is of the colour of the skin: a bald head has a pulse too', () => {
    const skinColoured = placeLitBy(0.006, 0.001, { red: 170, green: 120, blue: 100 });
    const { heartRate } = analyseFace({ ...faceWith(0, 0.006), backdrop: [skinColoured] });
    expect(heartRate.value).toBeCloseTo(72, 0);
  });

  it('is found out by the one place beside the face that shows it, whatever noise is in the other', () => {
    const backdrop = [placeLitBy(0.006, 0.02), placeLitBy(0.006, 0.0005)];
    expect(analyseFace({ ...faceWith(0, 0.006), backdrop }).heartRate.reasons).toEqual(['light_flickers']);
  });

  it('may swing at another rate than the pulse', () => {
    const alive = faceWith(0.005, 0);
    const swinging = placeLitBy(0.01, 0.001);
    const slower = (trace: Float64Array): Float64Array => trace.map((_, n) => trace[Math.floor(n / 1.5)]!);
    const { name, red, green, blue } = swinging;
    const backdrop = [{ name, red: slower(red), green: slower(green), blue: slower(blue) }];
    expect(analyseFace({ ...alive, backdrop }).heartRate.value).toBeCloseTo(72, 0);
  });
});
