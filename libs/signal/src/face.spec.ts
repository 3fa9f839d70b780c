import fc from 'fast-check';
import {
  analyseFace,
  mulberry32,
  synthesizeBeats,
  synthesizeFace,
  synthesizeFrameTimes,
  type FacePlan,
  type FaceTraces,
  type PulseTruth,
} from './index.ts';

interface Case extends Partial<Omit<FacePlan, 'timesSeconds' | 'chance'>> {
  readonly seed: number;
  readonly heartRate?: number;
  readonly sdnn?: number;
  readonly respiratoryRate?: number;
  readonly seconds?: number;
  readonly framesPerSecond?: number;
  readonly unevenness?: number;
}

const faceOf = (one: Case): { readonly traces: FaceTraces; readonly truth: PulseTruth } => {
  const { heartRate = 70, sdnn = 40, respiratoryRate = 14, seconds = 30, ...rest } = one;
  const chance = mulberry32(one.seed);
  const train = synthesizeBeats({ heartRate, sdnn, respiratoryRate, durationSeconds: seconds, chance });
  const timesSeconds = synthesizeFrameTimes(seconds, one.framesPerSecond ?? 30, one.unevenness ?? 0, chance);
  return { traces: synthesizeFace(train, { ...rest, timesSeconds, chance }), truth: train.truth };
};

// The same cases each time: estimates have tails, and a property drawn anew would now and then meet one beyond its bound.
fc.configureGlobal({ seed: 11 });

const seed = fc.integer({ min: 1, max: 1_000_000 });

/** Variability that hearts have at a rate: 4 % of the interval at most, which is 40 ms at 60 and 13 at 180. */
const heart = fc
  .record({ heartRate: fc.integer({ min: 45, max: 180 }), share: fc.double({ min: 0.01, max: 0.04, noNaN: true }) })
  .map(({ heartRate, share }) => ({ heartRate, sdnn: (share * 60_000) / heartRate }));

const camera = fc.record({
  framesPerSecond: fc.integer({ min: 15, max: 60 }),
  unevenness: fc.double({ min: 0, max: 0.6, noNaN: true }),
});

const mapped = (traces: FaceTraces, change: (values: Float64Array) => Float64Array): FaceTraces => ({
  ...traces,
  patches: traces.patches.map(({ name, red, green, blue }) => ({
    name,
    red: change(red),
    green: change(green),
    blue: change(blue),
  })),
});

describe('the pulse of a face', () => {
  it('has its rate found within 1 per minute from 45 to 180, at 15 to 60 frames a second, even or uneven', () => {
    fc.assert(
      fc.property(seed, heart, camera, (seed, beating, filming) => {
        const { traces, truth } = faceOf({ seed, ...beating, ...filming });
        const { heartRate } = analyseFace(traces);
        expect(heartRate.reasons).toEqual([]);
        expect(Math.abs(heartRate.value! - truth.heartRate)).toBeLessThan(1);
      }),
      { numRuns: 40 },
    );
  });

  it('has SDNN found within 5 ms on a clean signal', () => {
    fc.assert(
      fc.property(
        seed,
        fc.integer({ min: 55, max: 100 }),
        fc.integer({ min: 15, max: 40 }),
        (seed, heartRate, sdnn) => {
          const { traces, truth } = faceOf({ seed, heartRate, sdnn, noise: 0.0003 });
          expect(Math.abs(analyseFace(traces).sdnn.value! - truth.sdnn)).toBeLessThan(5);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('has an interval that begins before the first frame left out', () => {
    // The first beat rises 3 ms after the first frame; counted, its interval is 989 ms among 1070 and SDNN 6 ms too much.
    const { traces, truth } = faceOf({ seed: 857842, heartRate: 56, sdnn: 15, noise: 0.0003 });
    expect(Math.abs(analyseFace(traces).sdnn.value! - truth.sdnn)).toBeLessThan(5);
  });

  it('has its breathing found within 1 per minute', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 9, max: 22 }), (seed, respiratoryRate) => {
        const { traces, truth } = faceOf({ seed, respiratoryRate, noise: 0.0005 });
        expect(Math.abs(analyseFace(traces).respiratoryRate.value! - truth.respiratoryRate)).toBeLessThan(1);
      }),
      { numRuns: 15 },
    );
  });

  it('is read off ten seconds, without variability and breathing, which need longer', () => {
    const { traces, truth } = faceOf({ seed: 5, seconds: 10, sdnn: 20 });
    const analysis = analyseFace(traces);
    expect(Math.abs(analysis.heartRate.value! - truth.heartRate)).toBeLessThan(2);
    expect(analysis.sdnn).toEqual({ value: null, standardError: null, reasons: ['too_short'] });
    expect(analysis.respiratoryRate.reasons).toContain('too_short');
  });

  it('does not depend on brightness', () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0.3, max: 1.4, noNaN: true }), (seed, gain) => {
        const { traces } = faceOf({ seed });
        const bright = analyseFace(mapped(traces, (values) => values.map((value) => value * gain)));
        const plain = analyseFace(traces);
        expect(bright.heartRate.value).toBeCloseTo(plain.heartRate.value!, 6);
        expect(bright.sdnn.value).toBeCloseTo(plain.sdnn.value!, 4);
        expect(bright.snrDecibels).toBeCloseTo(plain.snrDecibels, 6);
      }),
      { numRuns: 10 },
    );
  });

  it('does not depend on when the clock began', () => {
    const { traces } = faceOf({ seed: 9 });
    const later = { ...traces, timesSeconds: traces.timesSeconds.map((time) => time + 4096) };
    expect(analyseFace(later).heartRate.value).toBeCloseTo(analyseFace(traces).heartRate.value!, 6);
  });

  it('survives patches that come and go', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 2, max: 20 }), fc.integer({ min: 3, max: 40 }), (seed, at, hidden) => {
        const { traces, truth } = faceOf({ seed });
        const holed = mapped(traces, (values) => values.map((value, i) => (i % (at * 15) < hidden ? NaN : value)));
        const { heartRate } = analyseFace({
          ...traces,
          patches: traces.patches.map((patch, i) => (i % 3 === 0 ? holed.patches[i]! : patch)),
        });
        expect(Math.abs(heartRate.value! - truth.heartRate)).toBeLessThan(1);
      }),
      { numRuns: 12 },
    );
  });

  it('survives a second without frames', () => {
    const { traces, truth } = faceOf({ seed: 11 });
    const keep = (_: number, i: number): boolean => i < 400 || i >= 430;
    const cut = mapped({ ...traces, timesSeconds: traces.timesSeconds.filter(keep) }, (values) => values.filter(keep));
    const { heartRate, coverage } = analyseFace(cut);
    expect(Math.abs(heartRate.value! - truth.heartRate)).toBeLessThan(1);
    expect(coverage).toBeCloseTo(29 / 30, 1);
  });

  it('is read from beats that lie at the times of the true ones, after the time that the wave takes to rise', () => {
    const chance = mulberry32(3);
    const train = synthesizeBeats({ heartRate: 66, sdnn: 35, respiratoryRate: 13, durationSeconds: 30, chance });
    const timesSeconds = synthesizeFrameTimes(30, 30, 0.3, chance);
    const { beatTimesSeconds } = analyseFace(synthesizeFace(train, { timesSeconds, chance, noise: 0.0003 }));
    const lags = Array.from(beatTimesSeconds, (time) =>
      Math.min(...Array.from(train.beatTimesSeconds, (beat) => (time >= beat ? time - beat : Infinity))),
    ).slice(1, -1);
    const mean = lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
    expect(mean).toBeGreaterThan(0.02);
    expect(mean).toBeLessThan(0.25);
    for (const lag of lags) expect(Math.abs(lag - mean)).toBeLessThan(0.03);
  });
});

describe('what is no pulse', () => {
  const refusedAlways = (cases: fc.Arbitrary<Case>, numRuns: number): void => {
    fc.assert(
      fc.property(cases, (one) => {
        const { heartRate, sdnn, rmssd, pnn50, respiratoryRate } = analyseFace(faceOf(one).traces);
        for (const estimate of [heartRate, sdnn, rmssd, pnn50, respiratoryRate]) {
          expect(estimate.value).toBeNull();
          expect(estimate.reasons.length).toBeGreaterThan(0);
        }
      }),
      { numRuns },
    );
  };

  it('white noise is refused, whatever the duration and the number of patches', () => {
    const cases = fc.record({
      seed,
      seconds: fc.integer({ min: 10, max: 40 }),
      patches: fc.integer({ min: 2, max: 20 }),
      pulse: fc.constant(0),
      noise: fc.constant(0.003),
    });
    refusedAlways(cases, 60);
  });

  it('a swaying head is refused', () => {
    const cases = fc.record({
      seed,
      seconds: fc.integer({ min: 12, max: 40 }),
      pulse: fc.constant(0),
      sway: fc.double({ min: 0.003, max: 0.05, noNaN: true }),
      swayRate: fc.integer({ min: 45, max: 180 }),
    });
    refusedAlways(cases, 60);
  });

  it.each([
    { seed: 2, seconds: 21, sway: 0.005, swayRate: 153 },
    { seed: 668896, seconds: 22, sway: 0.003, swayRate: 110 },
  ])('a sway too small to drown a chance peak of POS is refused by its colour: $swayRate per minute', (one) => {
    const { heartRate, snrDecibels } = analyseFace(faceOf({ ...one, pulse: 0 }).traces);
    expect(snrDecibels).toBeGreaterThan(25);
    expect(heartRate.reasons).toEqual(['methods_disagree']);
  });

  it('a still photo is refused for want of a signal', () => {
    const { traces } = faceOf({ seed: 1 });
    const still = mapped(traces, (values) => values.map(() => values[0]!));
    expect(analyseFace(still).heartRate.reasons).toEqual(['no_signal']);
  });

  it('movement in the rhythm of the rate is refused, however well the methods agree', () => {
    const { traces } = faceOf({ seed: 2, heartRate: 72, sdnn: 5 });
    const nodding = traces.timesSeconds.map((time) => 0.02 * Math.abs(Math.cos(2 * Math.PI * 1.2 * time)));
    expect(analyseFace(traces).heartRate.value).not.toBeNull();
    expect(analyseFace({ ...traces, motion: nodding }).heartRate.reasons).toContain('too_much_motion');
  });

  it('a pulse that is just strong enough to be read in a face held still is not in one that is moved about', () => {
    const { traces } = faceOf({ seed: 6, pulse: 0.0012, noise: 0.003 });
    const still = analyseFace({ ...traces, motion: traces.timesSeconds.map(() => 0.0002) });
    expect(still.snrDecibels).toBeGreaterThan(0);
    expect(still.snrDecibels).toBeLessThan(2);
    expect(still.heartRate.reasons).toEqual([]);
    const moved = analyseFace({ ...traces, motion: traces.timesSeconds.map(() => 0.001) });
    expect(moved.heartRate).toMatchObject({ value: null, reasons: ['low_snr'] });
  });

  it('a wave with more power at twice its rate than a face has is suspected to be half the rate', () => {
    const { traces } = faceOf({ seed: 4, pulse: 0 });
    const blood = traces.timesSeconds.map((time) => {
      const turn = (2 * Math.PI * 50 * time) / 60;
      return 0.005 * (Math.sin(turn) + 0.7 * Math.sin(2 * turn + 1));
    });
    const dyed = (values: Float64Array, depth: number): Float64Array =>
      values.map((value, i) => value * (1 - depth * blood[i]!));
    const patches = traces.patches.map(({ name, red, green, blue }) => ({
      name,
      red: dyed(red, 0.33),
      green: dyed(green, 0.77),
      blue: dyed(blue, 0.53),
    }));
    const { heartRate, methods } = analyseFace({ ...traces, patches });
    expect(methods[0]!.ratePerMinute).toBeCloseTo(50, 0);
    expect(heartRate.reasons).toEqual(['half_rate_suspected']);
  });

  it('one patch alone, or none, is refused', () => {
    const { traces } = faceOf({ seed: 6 });
    for (const count of [0, 1]) {
      const few = { ...traces, patches: traces.patches.slice(0, count) };
      expect(analyseFace(few).heartRate.reasons).toEqual(['too_few_patches']);
    }
  });

  it('never throws: empty, tiny, absurd and unordered input is refused', () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, 0, -1, 255));
    const values = fc.array(number, { maxLength: 40 });
    fc.assert(
      fc.property(values, values, (times, colours) => {
        const trace = Float64Array.from(times, (_, i) => colours[i] ?? NaN);
        const patch = { red: trace, green: trace, blue: trace };
        const traces = {
          timesSeconds: Float64Array.from(times),
          patches: [
            { name: 'a', ...patch },
            { name: 'b', ...patch },
          ],
          motion: trace,
        };
        expect(analyseFace(traces).heartRate.value).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});
