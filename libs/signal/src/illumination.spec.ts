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
const placeLitBy = (
  flicker: number,
  noise: number,
  { colour = { red: 120, green: 150, blue: 170 }, seed = 5 } = {},
): PatchTrace => {
  const chance = mulberry32(seed);
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

  it('is hardly ever found to flicker by places too noisy to tell, and often where a lamp does', () => {
    const seeds = Array.from({ length: 30 }, (_, i) => 100 + i);
    const found = (face: FaceTraces, flicker: number): number =>
      seeds.filter((seed) => {
        const { heartRate } = analyseFace({ ...face, backdrop: [placeLitBy(flicker, 0.02, { seed })] });
        return heartRate.reasons.includes('light_flickers');
      }).length;
    expect(found(faceWith(0.005, 0), 0)).toBeLessThanOrEqual(1);
    expect(found(faceWith(0, 0.005), 0.005)).toBeGreaterThan(10);
  });

  it('may be white and swing at nearly the rate of a pulse', () => {
    const alive = faceWith(0.005, 0);
    const white = (values: Float64Array): Float64Array =>
      values.map((value, n) => value * (1 + 0.005 * Math.sin((2 * Math.PI * 79 * times[n]!) / 60)));
    const under = ({ name, red, green, blue }: PatchTrace): PatchTrace => {
      return { name, red: white(red), green: white(green), blue: white(blue) };
    };
    const backdrop = [under(placeLitBy(0, 0.001))];
    const { heartRate } = analyseFace({ ...alive, patches: alive.patches.map(under), backdrop });
    expect(Math.abs(heartRate.value! - 72)).toBeLessThan(1.5);
  });

  it('is not judged by what is of the colour of the skin: a bald head has a pulse too', () => {
    const skinColoured = placeLitBy(0.006, 0.001, { colour: { red: 170, green: 120, blue: 100 } });
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
