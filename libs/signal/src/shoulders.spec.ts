import type { FaceTraces, ShoulderTrace } from './analysis.ts';
import { breathPeak } from './breath-spectrum.ts';
import { gaussian, mulberry32 } from './chance.ts';
import { analyseFace } from './face.ts';
import { shoulderSpectrum } from './shoulders.ts';
import { synthesizeFace } from './synthetic-face.ts';
import { synthesizeBeats } from './synthesis.ts';

const SIZE = 2048;

interface Body {
  readonly seed?: number;
  /** Breaths a minute, and how far the shoulders rise, face widths peak to peak. */
  readonly rate?: number;
  readonly rise?: number;
  /** A sway of the head, and how far the shoulders go along. */
  readonly sway?: number;
  readonly swayRate?: number;
  readonly along?: number;
  /** A sway to the side, as often, and how much of it the shoulders show as a rise. */
  readonly aside?: number;
  readonly leaning?: number;
  readonly noise?: number;
}

const AT_REST: Required<Body> = {
  seed: 1,
  rate: 14,
  rise: 0,
  sway: 0,
  swayRate: 14,
  along: 1,
  aside: 0,
  leaning: 0,
  noise: 0.0005,
};

/** For half a minute, shoulders and a head that are looked at twice a second. */
const bodyOf = (body: Body): ShoulderTrace => {
  const { seed, rate, rise, sway, swayRate, along, aside, leaning, noise } = { ...AT_REST, ...body };
  const chance = mulberry32(seed);
  const phases = [2 * Math.PI * chance(), 2 * Math.PI * chance()] as const;
  const timesSeconds = Float64Array.from({ length: 61 }, (_, i) => i / 2);
  const swing = (perMinute: number, phase: number, time: number): number =>
    Math.sin((2 * Math.PI * perMinute * time) / 60 + phase);
  const swayed = (far: number): Float64Array =>
    timesSeconds.map((time) => far * swing(swayRate, phases[0], time) + noise * gaussian(chance));
  const head = { down: swayed(sway), aside: swayed(aside) };
  const shift = timesSeconds.map(
    (time) =>
      (along * sway + leaning * aside) * swing(swayRate, phases[0], time) +
      (rise / 2) * swing(rate, phases[1], time) +
      noise * gaussian(chance),
  );
  return { timesSeconds, shift, head };
};

const rateOf = (body: ShoulderTrace): number | null => {
  const spectrum = shoulderSpectrum(body, SIZE);
  return spectrum === null ? null : breathPeak(spectrum);
};

describe('shoulders that breathe', () => {
  it.each([8, 11, 15, 20, 25])('show %d breaths a minute, however the body sways at another rate', (rate) => {
    for (const swayRate of [8, 13, 24].filter((other) => Math.abs(other - rate) > 4)) {
      const moved = bodyOf({ seed: rate, rate, rise: 0.01, sway: 0.02, swayRate });
      expect(Math.abs(rateOf(moved)! - rate)).toBeLessThan(0.5);
    }
  });

  it('are no witness where they go as the head goes, in full or in part, nor where the head nods alone', () => {
    for (const along of [1, 0.9, 0.6, 0.3, 0]) expect(rateOf(bodyOf({ sway: 0.03, along }))).toBeNull();
    expect(rateOf(bodyOf({ sway: 0.03, along: 1.5 }))).toBeNull();
    expect(rateOf(bodyOf({ aside: 0.03, leaning: 0.4 }))).toBeNull();
  });

  it('are none where they keep still, drift, or move without a rhythm', () => {
    expect(rateOf(bodyOf({}))).toBeNull();
    const chance = mulberry32(5);
    let led = 0;
    for (let n = 0; n < 60; n++) {
      const { timesSeconds, head } = bodyOf({ noise: 0 });
      let walk = 0;
      const drifting = timesSeconds.map(() => (walk += 0.01 * gaussian(chance)));
      const shaking = timesSeconds.map(() => 0.02 * gaussian(chance));
      for (const shift of [drifting, shaking]) if (rateOf({ timesSeconds, shift, head }) !== null) led++;
    }
    // 2 % of 120, and chance.
    expect(led).toBeLessThanOrEqual(6);
  });

  it('are none where they were in sight for a short time, too seldom, or with a long gap', () => {
    const seen = bodyOf({ rise: 0.02 });
    expect(rateOf(seen)).not.toBeNull();
    const only = (keep: (i: number) => boolean): number | null =>
      rateOf({
        timesSeconds: seen.timesSeconds.filter((_, i) => keep(i)),
        shift: seen.shift.filter((_, i) => keep(i)),
        head: { down: seen.head.down.filter((_, i) => keep(i)), aside: seen.head.aside.filter((_, i) => keep(i)) },
      });
    expect(only((i) => i < 30)).toBeNull();
    expect(only((i) => i % 2 === 0)).toBeNull();
    expect(only((i) => i < 20 || i > 30)).toBeNull();
    expect(only(() => false)).toBeNull();
    expect(only((i) => i % 8 !== 0)).not.toBeNull();
  });
});

/** A face whose beats swing in height with the breath, and whose intervals by chance unless they share in it. */
const faceOf = (seed: number, respiratoryRate: number, respiratoryShare = 0): FaceTraces => {
  const chance = mulberry32(seed);
  const seconds = 30;
  const plan = { heartRate: 70, sdnn: 40, respiratoryRate, durationSeconds: seconds, respiratoryShare };
  const timesSeconds = Float64Array.from({ length: 30 * seconds }, (_, i) => i / 30);
  return synthesizeFace(synthesizeBeats({ ...plan, chance }), { timesSeconds, chance, noise: 0.0005, patches: 8 });
};

const seeds = Array.from({ length: 8 }, (_, i) => i + 1);
const rateFor = (seed: number): number => [9, 13, 17, 21][seed % 4]!;

describe('breathing', () => {
  it('is found where shoulders confirm one modulation and the other is by chance, within 1 per minute', () => {
    let refused = 0;
    for (const seed of seeds) {
      const rate = rateFor(seed);
      const traces = faceOf(seed, rate);
      if (analyseFace(traces).respiratoryRate.value === null) refused++;
      const { value } = analyseFace({ ...traces, shoulders: bodyOf({ seed, rate, rise: 0.02 }) }).respiratoryRate;
      expect(Math.abs(value! - rate)).toBeLessThan(1);
    }
    expect(refused).toBeGreaterThan(seeds.length / 2);
  });

  it('is not made of shoulders alone: another modulation must show their rate, and two that agree outvote them', () => {
    let led = 0;
    for (const seed of seeds) {
      const shoulders = bodyOf({ seed, rate: 24, rise: 0.02 });
      const { value } = analyseFace({ ...faceOf(seed, 12), shoulders }).respiratoryRate;
      if (value !== null && Math.abs(value - 24) < 2) led++;
      const agreed = faceOf(seed, 12, 0.8);
      const outvoted = analyseFace({ ...agreed, shoulders }).respiratoryRate;
      expect(outvoted.value).toBe(analyseFace(agreed).respiratoryRate.value);
      // And yet they leave a doubt: half of what they differ by.
      expect(outvoted.standardError).toBeGreaterThan(5);
    }
    // Intervals by chance show a rate within 2 of any in one face of six.
    expect(led).toBeLessThanOrEqual(3);
  });

  it('is to the bit what it is without them where shoulders keep still or sway with the head', () => {
    for (const seed of seeds.slice(0, 4)) {
      const traces = faceOf(seed, rateFor(seed));
      const without = analyseFace(traces);
      for (const body of [{}, { sway: 0.03, swayRate: 12 }, { sway: 0.05, swayRate: 18, along: 0.8 }]) {
        expect(analyseFace({ ...traces, shoulders: bodyOf({ seed, ...body }) })).toEqual(without);
      }
    }
  });
});
