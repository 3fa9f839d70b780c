import fc from 'fast-check';
import { bandPassPair, fineTrace, transformPair } from './band.ts';
import { findBeats } from './beats.ts';
import { BEAT_RATE_HZ, GRID_RATE_HZ, gridOf, ontoGrid } from './clock.ts';
import { changesOf, chrom, green, pos, type Colour } from './colour.ts';
import { fftOf } from './fft.ts';
import { fuse } from './fuse.ts';
import { intervalsOf, variabilityOf } from './intervals.ts';
import { decibels, powerOf, pulsePeak, spectraOf, splitAt } from './spectrum.ts';
import { splineOnto } from './spline.ts';
import { gaussian, mulberry32, standardDeviation } from './index.ts';

const sine = (hz: number, seconds: number, rate = GRID_RATE_HZ): Float64Array =>
  Float64Array.from({ length: Math.round(seconds * rate) }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));

const colourOf = (seed: number, count = 300): Colour => {
  const chance = mulberry32(seed);
  const channel = (level: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => level * (1 + 0.01 * gaussian(chance) + 0.05 * Math.sin(i / 40)));
  return { red: channel(170), green: channel(120), blue: channel(100) };
};

describe('the Fourier transform', () => {
  it('gives its input back through the inverse, and keeps the power', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer(), (log2, seed) => {
        const size = 2 ** log2;
        const chance = mulberry32(seed);
        const re = Float64Array.from({ length: size }, () => gaussian(chance));
        const im = Float64Array.from({ length: size }, () => gaussian(chance));
        const [a, b] = [re.slice(), im.slice()];
        const power = (x: Float64Array, y: Float64Array): number =>
          x.reduce((sum, v, i) => sum + v * v + y[i]! ** 2, 0);
        fftOf(size).forward(a, b);
        expect(power(a, b) / size).toBeCloseTo(power(re, im), 6);
        fftOf(size).inverse(a, b);
        for (let i = 0; i < size; i++) {
          expect(a[i]).toBeCloseTo(re[i]!, 9);
          expect(b[i]).toBeCloseTo(im[i]!, 9);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('refuses sizes that are no power of two', () => {
    for (const size of [0, 1, 3, 1000, 2 ** 21]) expect(() => fftOf(size)).toThrow(RangeError);
  });
});

describe('the grid', () => {
  it('follows the times of the frames, not their number: an uneven clock gives the wave of an even one', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.1, max: 0.7, noNaN: true }), (seed, unevenness) => {
        const chance = mulberry32(seed);
        const times: number[] = [];
        for (let time = 0; time < 10; time += (1 + unevenness * (2 * chance() - 1)) / 30) times.push(time);
        const timesSeconds = Float64Array.from(times);
        const grid = gridOf(timesSeconds)!;
        const trace = ontoGrid(
          timesSeconds,
          timesSeconds.map((time) => Math.sin(2 * Math.PI * 1.5 * time)),
          grid,
        )!;
        for (let i = 8; i < trace.values.length - 8; i++) {
          expect(Math.abs(trace.values[i]! - Math.sin((2 * Math.PI * 1.5 * i) / grid.rateHz))).toBeLessThan(0.02);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('bridges a gap by a straight line and marks it', () => {
    const timesSeconds = Float64Array.from({ length: 300 }, (_, i) => i / 30);
    const values = timesSeconds.map((time, i) => (i >= 100 && i < 130 ? NaN : Math.sin(8 * time)));
    const { values: onGrid, covered, coverage } = ontoGrid(timesSeconds, values, gridOf(timesSeconds)!)!;
    expect(covered[Math.round(3.8 * GRID_RATE_HZ)]).toBe(0);
    expect(covered[Math.round(3 * GRID_RATE_HZ)]).toBe(1);
    expect(coverage).toBeCloseTo(0.9, 1);
    for (const value of onGrid) expect(Math.abs(value)).toBeLessThan(1.05);
  });

  it('takes frames that come in a bunch as one, and drops those whose time runs backwards', () => {
    const timesSeconds = Float64Array.from([0, 0.033, 0.034, 0.1, 0.05, 0.133, 0.166, 0.2, 0.233, 0.266, 0.3]);
    const values = Float64Array.from([0, 1, 3, 2, 90, 2, 2, 2, 2, 2, 2]);
    const trace = ontoGrid(timesSeconds, values, gridOf(timesSeconds)!)!;
    for (const value of trace.values) expect(Math.abs(value)).toBeLessThan(2.5);
  });

  it('has none for no frames, one frame, no clock, and traces beyond ten minutes', () => {
    for (const times of [[], [1], [1, 1, 1], [NaN, NaN], [0, 1, 601]]) {
      expect(gridOf(Float64Array.from(times))).toBeNull();
    }
  });

  it('is read off a spline that passes through its knots', () => {
    const x = Float64Array.from([0, 1, 2.5, 3, 4]);
    const y = Float64Array.from([1, -1, 2, 0, 5]);
    const out = new Float64Array(5);
    splineOnto(x, y, { startSeconds: 0, rateHz: 1 }, out);
    expect(Array.from(out, (value) => Number(value.toFixed(9)))).toEqual([1, -1, expect.any(Number), 0, 5]);
  });
});

describe('the pass band', () => {
  it('passes what lies inside without delay, and stops what lies outside', () => {
    const inside = sine(1.2, 30);
    const outside = sine(5, 30);
    const [passed, stopped] = bandPassPair(inside, outside, { low: 0.7, high: 3 });
    for (let i = 60; i < inside.length - 60; i++) {
      expect(Math.abs(passed[i]! - inside[i]!)).toBeLessThan(0.01);
      expect(Math.abs(stopped[i]!)).toBeLessThan(0.05);
    }
  });

  it('gives the slope as the derivative of the wave at the beat rate', () => {
    const values = sine(1.2, 30);
    const { wave, slope } = fineTrace(transformPair(values, values)[0], { low: 0.6, high: 4 });
    for (let i = 1000; i < wave.length - 1000; i += 37) {
      const difference = ((wave[i + 1]! - wave[i - 1]!) / 2) * BEAT_RATE_HZ;
      expect(Math.abs(slope[i]! - difference)).toBeLessThan(0.01);
      expect(Math.abs(wave[i]! - Math.sin((2 * Math.PI * 1.2 * i) / BEAT_RATE_HZ))).toBeLessThan(0.01);
    }
  });
});

/** POS as the paper writes it: window by window, projected, tuned, overlap-added, over the number of windows. */
const posByTheBook = ({ red, green, blue }: Colour): Float64Array => {
  const size = Math.round(1.6 * GRID_RATE_HZ);
  const out = new Float64Array(red.length);
  const windows = new Float64Array(red.length);
  for (let start = 0; start + size <= red.length; start++) {
    const scaled = [red, green, blue].map((channel) => {
      const part = channel.slice(start, start + size);
      const mean = part.reduce((sum, value) => sum + value, 0) / size;
      return part.map((value) => value / mean);
    });
    const [r, g, b] = scaled as [Float64Array, Float64Array, Float64Array];
    const first = g.map((value, i) => value - b[i]!);
    const second = g.map((value, i) => value + b[i]! - 2 * r[i]!);
    const alpha = standardDeviation(first) / standardDeviation(second);
    for (let i = 0; i < size; i++) {
      out[start + i] = out[start + i]! - (first[i]! + alpha * second[i]!);
      windows[start + i] = windows[start + i]! + 1;
    }
  }
  return out.map((value, i) => value / windows[i]!);
};

describe('POS, CHROM and GREEN', () => {
  it('POS in one pass equals POS by the book', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const colour = colourOf(seed);
        const quick = pos(colour);
        posByTheBook(colour).forEach((value, i) => expect(quick[i]).toBeCloseTo(value, 9));
      }),
      { numRuns: 10 },
    );
  });

  it('POS does not see light that all colours share, and brightness changes none of the three', () => {
    const shade = Float64Array.from({ length: 300 }, (_, i) => 1 + 0.1 * Math.sin(i / 5));
    const grey = { red: shade.map((v) => 170 * v), green: shade.map((v) => 120 * v), blue: shade.map((v) => 90 * v) };
    for (const value of pos(grey)) expect(Math.abs(value)).toBeLessThan(1e-9);
    const colour = colourOf(5);
    const dim = (values: Float64Array): Float64Array => values.map((value) => 0.4 * value);
    const dimmed = { red: dim(colour.red), green: dim(colour.green), blue: dim(colour.blue) };
    for (const method of [pos, (c: Colour) => chrom(changesOf(c)), (c: Colour) => green(changesOf(c))]) {
      const [plain, dark] = [method(colour), method(dimmed)];
      plain.forEach((value, i) => expect(dark[i]).toBeCloseTo(value, 9));
    }
  });

  it('all three rise as blood comes', () => {
    const blood = sine(1.2, 20).map((value) => 0.01 * value);
    const skin = (level: number, depth: number): Float64Array => blood.map((value) => level * (1 - depth * value));
    const colour = { red: skin(170, 0.33), green: skin(120, 0.77), blue: skin(100, 0.53) };
    for (const method of [pos, (c: Colour) => chrom(changesOf(c)), (c: Colour) => green(changesOf(c))]) {
      const product = method(colour).reduce((sum, value, i) => sum + value * blood[i]!, 0);
      expect(product).toBeGreaterThan(0);
    }
  });

  it('black patches give nothing, not infinities', () => {
    const black = new Float64Array(300);
    const colour = { red: black, green: black, blue: black };
    for (const method of [pos, (c: Colour) => chrom(changesOf(c)), (c: Colour) => green(changesOf(c))]) {
      for (const value of method(colour)) expect(Math.abs(value)).toBe(0);
    }
  });
});

describe('the spectrum', () => {
  it('places a sinusoid within 0.1 per minute', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.7, max: 3.2, noNaN: true }), fc.integer({ min: 10, max: 60 }), (hz, seconds) => {
        const power = powerOf(spectraOf([sine(hz, seconds)])[0]!);
        expect(Math.abs(pulsePeak(power) - hz) * 60).toBeLessThan(0.1);
        expect(decibels(splitAt(power, hz))).toBeGreaterThan(10);
      }),
    );
  });

  it('fuses traces to a better ratio than the best of them has', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = mulberry32(seed);
        const pulse = sine(1.3, 30);
        const traces = Array.from({ length: 12 }, () => pulse.map((value) => value + 1.5 * gaussian(chance)));
        const spectra = spectraOf(traces);
        const fusion = fuse(spectra)!;
        const best = Math.max(...spectra.map((one) => decibels(splitAt(powerOf(one), 1.3))));
        expect(fusion.snrDecibels).toBeGreaterThan(best);
        expect(Math.abs(fusion.rateHz - 1.3) * 60).toBeLessThan(1);
        expect(fusion.parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 20 },
    );
  });
});

describe('beats and intervals', () => {
  /** Waves at given times as steep rises; `height` of each. */
  const bumps = (times: readonly number[], seconds: number, height: (i: number) => number): Float64Array =>
    Float64Array.from({ length: Math.round(seconds * GRID_RATE_HZ) }, (_, i) =>
      times.reduce((sum, time, k) => sum + height(k) * Math.exp(-0.5 * ((i / GRID_RATE_HZ - time) / 0.12) ** 2), 0),
    );
  const beatsOf = (values: Float64Array) =>
    findBeats(fineTrace(transformPair(values, values)[0], { low: 0.5, high: 3 }), 1);
  const everySecond = Array.from({ length: 30 }, (_, i) => i + 0.5);

  it('a beat of a third of the height is still found, and a bump between two beats is none', () => {
    const weak = beatsOf(bumps(everySecond, 30, (i) => (i === 14 ? 0.33 : 1)));
    const extra = beatsOf(
      bumps(
        [...everySecond, 12.95].sort((a, b) => a - b),
        30,
        (i) => (i === 13 ? 0.3 : 1),
      ),
    );
    for (const { positions } of [weak, extra]) {
      const intervals = Array.from(positions.slice(1), (at, i) => (at - positions[i]!) / BEAT_RATE_HZ).slice(1, -1);
      for (const interval of intervals) expect(Math.abs(interval - 1)).toBeLessThan(0.12);
    }
  });

  it('an interval across a gap is not sound', () => {
    const beats = beatsOf(bumps(everySecond, 30, () => 1));
    const covered = new Uint8Array(Math.round(30 * GRID_RATE_HZ)).fill(1);
    covered.fill(0, Math.round(10 * GRID_RATE_HZ), Math.round(10.2 * GRID_RATE_HZ));
    const { sound } = intervalsOf(beats, covered, false);
    expect(sound.reduce((sum, value) => sum + 1 - value, 0)).toBe(1);
  });

  it('timing noise of a known size is taken off SDNN and RMSSD', () => {
    const chance = mulberry32(3);
    const error = 12;
    const count = 4000;
    const truth = Float64Array.from({ length: count }, (_, i) => i * 900 + 40 * Math.sin(i / 3));
    const seen = truth.map((at) => at + error * gaussian(chance));
    const intervals = (at: Float64Array) => ({
      ms: Float64Array.from({ length: count - 1 }, (_, i) => at[i + 1]! - at[i]!),
      sound: new Uint8Array(count - 1).fill(1),
      clean: new Uint8Array(count - 1).fill(1),
      counted: new Uint8Array(count - 1).fill(1),
    });
    const plain = variabilityOf(intervals(truth), 0);
    const noisy = variabilityOf(intervals(seen), 0);
    const corrected = variabilityOf(intervals(seen), error);
    expect(noisy.rmssd).toBeGreaterThan(plain.rmssd + 10);
    expect(Math.abs(corrected.sdnn - plain.sdnn)).toBeLessThan(1);
    expect(Math.abs(corrected.rmssd - plain.rmssd)).toBeLessThan(3);
    expect(variabilityOf(intervals(truth), 1000)).toMatchObject({ sdnn: 0, rmssd: 0, pnn50: 0 });
  });
});
