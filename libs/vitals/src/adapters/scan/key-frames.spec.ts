import fc from 'fast-check';
import { gaussian, mulberry32, type FaceTraces } from '@smartscan/signal';
import { withoutKeyFrames } from './key-frames.ts';

const FRAMES = 900;
const RATE = 30;

const tracesOf = (value: (n: number) => number): FaceTraces => {
  const timesSeconds = Float64Array.from({ length: FRAMES }, (_, n) => n / RATE);
  const red = Float64Array.from({ length: FRAMES }, (_, n) => value(n));
  return { timesSeconds, patches: [{ name: 'patch', red, green: red.slice(), blue: red.slice() }] };
};

const every = (gap: number): readonly number[] => Array.from({ length: Math.ceil(FRAMES / gap) }, (_, i) => i * gap);

/** Amplitude of a sine at a rate per minute. */
const amplitudeAt = (trace: Float64Array, perMinute: number): number => {
  let [cos, sin] = [0, 0];
  trace.forEach((value, n) => {
    const phase = (2 * Math.PI * perMinute * n) / RATE / 60;
    cos += value * Math.cos(phase);
    sin += value * Math.sin(phase);
  });
  return (2 * Math.hypot(cos, sin)) / trace.length;
};

/** Skin under a pulse and a disturbance of its U and V: a sawtooth from key frame to key frame. */
const skinOf = (pulse: (n: number) => number, sawtooth: number): FaceTraces => {
  const traces = tracesOf(() => 0);
  const [u, v] = [0, 1].map(
    () =>
      (n: number): number =>
        sawtooth * (((n % 30) - 14.5) / 30),
  );
  const { red, green, blue } = traces.patches[0]!;
  for (let n = 0; n < FRAMES; n++) {
    red[n] = 200 * (1 - 0.33 * pulse(n)) + 1.402 * v!(n);
    green[n] = 150 * (1 - 0.77 * pulse(n)) - 0.344136 * u!(n) - 0.714136 * v!(n);
    blue[n] = 120 * (1 - 0.53 * pulse(n)) + 1.772 * u!(n);
  }
  return traces;
};

/** A colour difference from which brightness drops out, as in POS and CHROM. */
const difference = (traces: FaceTraces): Float64Array => {
  const { red, green, blue } = traces.patches[0]!;
  return red.map((value, n) => value / 200 + blue[n]! / 120 - (2 * green[n]!) / 150);
};

/** What x264 does to the mean of a patch: a step down at the key frame, gone within eight frames. */
const step = (gap: number) => {
  const shape = [-0.1, -0.08, -0.05, -0.03, -0.02, -0.01];
  return (n: number): number => shape[n % gap] ?? 0;
};

const green = (traces: FaceTraces): Float64Array => traces.patches[0]!.green;

describe('withoutKeyFrames', () => {
  it('takes the rhythm of the key frames off a trace without a pulse', () => {
    for (const gap of [15, 30, 60]) {
      const chance = mulberry32(gap);
      const disturbed = tracesOf((n) => 100 + step(gap)(n) + 0.02 * gaussian(chance));
      const rate = (60 * RATE) / gap;
      const before = amplitudeAt(green(disturbed), rate);
      const after = amplitudeAt(green(withoutKeyFrames(disturbed, every(gap))), rate);
      expect(before).toBeGreaterThan(0.005);
      expect(after).toBeLessThan(before / 4);
    }
  });

  it('leaves a pulse of any other rate as strong as it was', () => {
    fc.assert(
      fc.property(fc.double({ min: 45, max: 170, noNaN: true }), (rate) => {
        fc.pre([60, 120].every((harmonic) => Math.abs(rate - harmonic) > 5));
        const pulse = (n: number): number => 100 + 0.2 * Math.sin((2 * Math.PI * rate * n) / RATE / 60);
        const clean = tracesOf(pulse);
        const disturbed = tracesOf((n) => pulse(n) + step(30)(n));
        const settled = green(withoutKeyFrames(disturbed, every(30)));
        const strength = amplitudeAt(green(clean), rate);
        expect(Math.abs(amplitudeAt(settled, rate) - strength)).toBeLessThan(0.05 * strength);
      }),
    );
  });

  it('leaves most of a pulse that keeps step with the key frames', () => {
    const traces = tracesOf((n) => 100 + 0.2 * Math.sin((2 * Math.PI * n) / RATE));
    expect(amplitudeAt(green(withoutKeyFrames(traces, every(30))), 60)).toBeGreaterThan(0.1);
  });

  it('takes a drift of the colours from key frame to key frame off, beside a pulse of another rate', () => {
    const beat = (n: number): number => 0.003 * Math.sin((2 * Math.PI * 72 * n) / RATE / 60);
    const settled = difference(withoutKeyFrames(skinOf(beat, 0.2), every(30)));
    const undisturbed = difference(skinOf(beat, 0));
    expect(amplitudeAt(difference(skinOf(beat, 0.2)), 60)).toBeGreaterThan(0.0004);
    expect(amplitudeAt(settled, 60)).toBeLessThan(0.00005);
    expect(amplitudeAt(settled, 72)).toBeCloseTo(amplitudeAt(undisturbed, 72), 4);
  });

  it('leaves the colours of a pulse that keeps step with the key frames', () => {
    const beat = (n: number): number => 0.003 * Math.sin((2 * Math.PI * n) / RATE);
    const before = amplitudeAt(difference(skinOf(beat, 0)), 60);
    const after = amplitudeAt(difference(withoutKeyFrames(skinOf(beat, 0), every(30))), 60);
    expect(after).toBeGreaterThan(0.5 * before);
  });

  it('changes nothing where key frames are few, or follow each other too closely', () => {
    const traces = tracesOf((n) => 100 + step(30)(n));
    expect(withoutKeyFrames(traces, every(250))).toBe(traces);
    expect(withoutKeyFrames(traces, every(1))).toBe(traces);
    expect(withoutKeyFrames(traces, [])).toBe(traces);
  });

  it('works around frames where the face was not seen', () => {
    const traces = tracesOf((n) => (n > 100 && n < 160 ? NaN : 100 + step(30)(n)));
    const settled = green(withoutKeyFrames(traces, every(30)));
    settled.forEach((value, n) => expect(Number.isNaN(value)).toBe(n > 100 && n < 160));
  });
});
