import { analyseFace, gaussian, mulberry32, synthesizeBeats, synthesizeFace, synthesizeFrameTimes } from './index.ts';
import type { FaceTraces } from './index.ts';

const SECONDS = 30;

const plainFace = (seed: number, pulse: number, noise: number): FaceTraces => {
  const chance = mulberry32(seed);
  const train = synthesizeBeats({
    heartRate: 72,
    sdnn: 30,
    respiratoryRate: 14,
    durationSeconds: SECONDS,
    chance,
  });
  return synthesizeFace(train, { timesSeconds: synthesizeFrameTimes(SECONDS, 30, 0.3, chance), chance, pulse, noise });
};

/** Light that the skin mirrors in a rhythm: as many levels in every colour, more on one patch than on another. */
const withGloss = (traces: FaceTraces, levels: number, perMinute: number): FaceTraces => {
  const chance = mulberry32(7);
  const patches = traces.patches.map(({ name, red, green, blue }) => {
    const own = levels * (1 + 0.2 * gaussian(chance));
    const shone = (values: Float64Array): Float64Array =>
      values.map((value, i) => value + own * Math.sin((2 * Math.PI * perMinute * traces.timesSeconds[i]!) / 60));
    return { name, red: shone(red), green: shone(green), blue: shone(blue) };
  });
  return { ...traces, patches };
};

describe('what the light on a skin does', () => {
  it.each([0.1, 0.2, 0.4, 0.8])('gloss in a rhythm is no pulse, however steady: %s levels', (levels) => {
    for (const [seed, perMinute] of [50, 80, 120, 150].entries()) {
      const { heartRate } = analyseFace(withGloss(plainFace(seed + 1, 0, 0.001), levels, perMinute));
      expect(heartRate.reasons).toContain('methods_disagree');
    }
  });

  it('a pulse of 0.15 % in noise of 0.3 % is found, where POS has no peak of its own that would do', () => {
    const analyses = Array.from({ length: 20 }, (_, i) => analyseFace(plainFace(i + 1, 0.0015, 0.003)));
    const emitted = analyses.flatMap(({ heartRate }) => (heartRate.value === null ? [] : [heartRate.value]));
    expect(emitted.length).toBeGreaterThanOrEqual(12);
    for (const value of emitted) expect(Math.abs(value - 72)).toBeLessThan(5);
    const weakForPos = analyses.filter(
      ({ methods }) => methods.find(({ method }) => method === 'POS')!.snrDecibels < 0,
    );
    expect(weakForPos.length).toBeGreaterThanOrEqual(15);
  });
});
