import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { execPath } from 'node:process';
import { pathToFileURL } from 'node:url';
import { analyseFace, type FaceTraces } from '@smartscan/signal';
import { caseOf, type Case } from './cases.ts';
import { QUALITY_FEATURES, qualityFeatures } from './features.ts';
import { FUSION_PATCHES, FUSION_RATE_HZ, fusionInput } from './fusion-input.ts';
import {
  areaOf,
  brierOf,
  calibrationErrorOf,
  emissionOf,
  longestAt,
  reliabilityOf,
  strongest,
  upperShare,
  type Forecast,
} from './judgement.ts';

const SEEDS = [1, 2, 3, 4, 5, 6] as const;

const withPatches = (traces: FaceTraces, scale: number): FaceTraces => ({
  ...traces,
  patches: traces.patches.map(({ name, red, green, blue }) => ({
    name,
    red: red.map((value) => scale * value),
    green: green.map((value) => scale * value),
    blue: blue.map((value) => scale * value),
  })),
});

describe('what the networks are trained and judged on', () => {
  it('is drawn from a number alone: the same face twice, another face for another number', () => {
    const green = ({ traces }: Case): Float64Array => traces.patches[7]!.green;
    for (const seed of SEEDS) {
      expect(green(caseOf(seed, []))).toEqual(green(caseOf(seed, [])));
      expect(green(caseOf(seed, []))).not.toEqual(green(caseOf(seed + 100, [])));
    }
  });

  it('has faces with a pulse and without, and a truth for those with one alone', () => {
    const cases = Array.from({ length: 40 }, (_, i) => caseOf(i, []));
    expect(cases.every(({ truth, bloodAt }) => (truth === null) === (bloodAt === null))).toBe(true);
    expect(cases.filter(({ truth }) => truth === null).length).toBeGreaterThan(4);
    expect(cases.filter(({ truth }) => truth !== null).length).toBeGreaterThan(20);
  });
});

describe('the features of the quality head', () => {
  it('are as many as they have names, and finite whatever a camera delivers', () => {
    const { traces } = caseOf(1, []);
    const blind = withPatches(traces, NaN);
    const nothing: FaceTraces = { timesSeconds: new Float64Array(), patches: [] };
    const short: FaceTraces = { timesSeconds: traces.timesSeconds.slice(0, 20), patches: [] };
    for (const given of [traces, blind, nothing, short]) {
      const features = qualityFeatures(analyseFace(given));
      expect(features).toHaveLength(QUALITY_FEATURES.length);
      expect(features.every(Number.isFinite)).toBe(true);
    }
  });

  it('do not know how bright a skin is: a face of half the brightness has the same', () => {
    for (const seed of SEEDS) {
      const { traces } = caseOf(seed, []);
      const [bright, dark] = [1, 0.5].map((scale) => qualityFeatures(analyseFace(withPatches(traces, scale))));
      bright!.forEach((value, i) => expect(dark![i]).toBeCloseTo(value, 5));
    }
  });
});

describe('what the fusion network is given', () => {
  it('does not know how bright a skin is, nor how many patches there are', () => {
    const { traces } = caseOf(1, []);
    const { samples, input } = fusionInput(traces);
    expect(input).toHaveLength(FUSION_PATCHES * 3 * samples);
    const dark = fusionInput(withPatches(traces, 0.5)).input;
    expect(Math.max(...dark.map((value, i) => Math.abs(value - input[i]!)))).toBeLessThan(1e-5);
    const few = fusionInput({ ...traces, patches: traces.patches.slice(0, 3) }).input;
    expect(few.subarray(9 * samples).every((value) => value === 0)).toBe(true);
  });

  it('is on the clock of the frames: one that stops for seconds moves nothing that comes after', () => {
    const { traces } = caseOf(3, []);
    const held = Array.from(traces.timesSeconds, (time) => time < 5 || time > 7);
    const keep = (values: Float64Array): Float64Array => values.filter((_, i) => held[i]);
    const gapped: FaceTraces = {
      timesSeconds: keep(traces.timesSeconds),
      patches: traces.patches.map(({ name, red, green, blue }) => ({
        name,
        red: keep(red),
        green: keep(green),
        blue: keep(blue),
      })),
    };
    const [whole, part] = [fusionInput(traces), fusionInput(gapped)];
    expect(part.samples).toBe(whole.samples);
    // From a second after the gap on the means are the same, too; only the common unit may differ a little.
    const from = 9 * FUSION_RATE_HZ;
    const ratio = part.input[from]! / whole.input[from]!;
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
    for (let i = from; i < whole.samples; i++) expect(part.input[i]).toBeCloseTo(ratio * whole.input[i]!, 2);
  });
});

describe('the judgement', () => {
  const forecasts = (probability: number, right: number, count: number): Forecast[] =>
    Array.from({ length: count }, (_, i) => ({ probability, right: i < right }));

  it('finds no fault with probabilities that come true as said, and as much as they are off with others', () => {
    expect(calibrationErrorOf([...forecasts(0.25, 25, 100), ...forecasts(0.95, 95, 100)])).toBeCloseTo(0, 12);
    expect(calibrationErrorOf(forecasts(0.9, 50, 100))).toBeCloseTo(0.4, 12);
    expect(brierOf(forecasts(1, 75, 100))).toBeCloseTo(0.25, 12);
    expect(areaOf([...forecasts(0.2, 0, 3), ...forecasts(0.8, 2, 2)])).toBe(1);
    expect(areaOf(forecasts(0.5, 2, 5))).toBe(0.5);
    expect(reliabilityOf(forecasts(1, 3, 4))).toEqual([{ from: 0.9, count: 4, meanProbability: 1, rightShare: 0.75 }]);
  });

  it('counts what comes out without a pulse as wrong, and bounds a share from above', () => {
    const outcomes = [
      { right: true, error: 1 },
      { right: false, error: null },
      { right: false, error: 9 },
    ];
    expect(emissionOf(outcomes)).toEqual({ emitted: 3, wrong: 2, meanError: 5 });
    expect(upperShare(0, 100)).toBeCloseTo(0.037, 3);
  });

  it('lets out the strongest first, as long as no more are wrong than may be', () => {
    const ordered = strongest([1, 5, 3, 4, 2], (value) => value).map((value) => ({ right: value !== 3, error: value }));
    expect(ordered.map(({ error }) => error)).toEqual([5, 4, 3, 2, 1]);
    expect(longestAt(ordered, 0)).toHaveLength(2);
    expect(longestAt(ordered, 0.2)).toHaveLength(5);
  });
});

// In a process of its own: onnxruntime doesn't know the arrays of the sandbox that tests run in.
const runs = (model: string, shape: readonly number[], input: Float32Array): Record<string, number[]> => {
  const network = path.resolve(__dirname, '../../dist/learned/network.js');
  const script = `
    import { openNetwork } from ${JSON.stringify(pathToFileURL(network).href)};
    const network = await openNetwork(${JSON.stringify(model)});
    const input = Float32Array.from(JSON.parse(await new Response(process.stdin).text()));
    const outputs = await network.run(${JSON.stringify(shape)}, input);
    console.log(JSON.stringify(outputs, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)));`;
  const options = { input: JSON.stringify([...input]), encoding: 'utf8', maxBuffer: 1e8 } as const;
  return JSON.parse(execFileSync(execPath, ['--input-type=module', '-e', script], options)) as Record<string, number[]>;
};

describe('the networks', () => {
  it('are the files that their cards speak of, and the head gives a probability a row', () => {
    const rows = SEEDS.map((seed) => qualityFeatures(analyseFace(caseOf(seed, []).traces)));
    const input = Float32Array.from(rows.flatMap((row) => [...row]));
    const { probability } = runs('pulse-quality/1', [rows.length, QUALITY_FEATURES.length], input);
    expect(probability).toHaveLength(rows.length);
    expect(probability!.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(probability).size).toBe(rows.length);
  });

  it('fuse patches in any order into the same pulse', () => {
    const { traces } = caseOf(4, []);
    const pulseOf = (given: FaceTraces): number[] => {
      const { samples, input } = fusionInput(given);
      return runs('pulse-fusion/1', [1, FUSION_PATCHES, 3, samples], input)['pulse']!;
    };
    const turned = pulseOf({ ...traces, patches: [...traces.patches].reverse() });
    pulseOf(traces).forEach((value, i) => expect(turned[i]).toBeCloseTo(value, 3));
  });
});
