import fc from 'fast-check';
import {
  analyseFace,
  colourRatio,
  mulberry32,
  synthesizeBeats,
  synthesizeFace,
  synthesizeFrameTimes,
  type FacePlan,
  type FaceTraces,
} from './index.ts';

/** What `synthesizeFace` makes: blood cuts 0.33 into red and 0.53 into blue. */
const MADE = 0.33 / 0.53;

const faceOf = (seed: number, plan: Partial<FacePlan> = {}): FaceTraces => {
  const chance = mulberry32(seed);
  const train = synthesizeBeats({ heartRate: 70, sdnn: 30, respiratoryRate: 14, durationSeconds: 30, chance });
  const timesSeconds = synthesizeFrameTimes(30, 30, 0.2, chance);
  return synthesizeFace(train, { noise: 0.0005, drift: 0.003, ...plan, timesSeconds, chance });
};

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The same face with a red whose changes are deeper by a factor: blood with less oxygen. */
const withRed = (traces: FaceTraces, factor: number): FaceTraces => ({
  ...traces,
  patches: traces.patches.map((patch) => {
    const mean = meanOf(patch.red);
    return { ...patch, red: patch.red.map((value) => mean + factor * (value - mean)) };
  }),
});

const ratioOf = (traces: FaceTraces): number => colourRatio(traces, analyseFace(traces))?.ratio ?? NaN;

describe('the ratio of ratios', () => {
  it('is that of the blood, whatever its depth in red, within 10 %', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0.5, max: 1.5, noNaN: true }),
        (seed, factor) => {
          const found = ratioOf(withRed(faceOf(seed), factor));
          expect(Math.abs(found / (MADE * factor) - 1)).toBeLessThan(0.1);
        },
      ),
      { seed: 3, numRuns: 12 },
    );
  });

  it('does not hang on how bright the picture is', () => {
    const traces = faceOf(4);
    const dim = (values: Float64Array): Float64Array => values.map((value) => value / 2);
    const patches = traces.patches.map(({ name, red, green, blue }) => ({
      name,
      red: dim(red),
      green: dim(green),
      blue: dim(blue),
    }));
    expect(ratioOf({ ...traces, patches })).toBeCloseTo(ratioOf(traces), 6);
  });

  it('is that of most patches, though a quarter of them shows something else', () => {
    const traces = faceOf(5);
    const strange = withRed(traces, -4).patches;
    const patches = traces.patches.map((patch, i) => (i % 4 === 0 ? strange[i]! : patch));
    const analysis = analyseFace(traces);
    expect(Math.abs(colourRatio({ ...traces, patches }, analysis)!.ratio / MADE - 1)).toBeLessThan(0.15);
  });

  it('is not there without a pulse, and knows no error from one patch alone', () => {
    const still = faceOf(6, { pulse: 0 });
    expect(colourRatio(still, analyseFace(still))).toBeNull();
    const traces = faceOf(7);
    const analysis = analyseFace(traces);
    const one = colourRatio({ ...traces, patches: traces.patches.slice(0, 1) }, analysis);
    expect(one).toMatchObject({ patches: 1, standardError: null });
    expect(colourRatio(traces, analysis)!.standardError).toBeGreaterThan(0);
  });
});
