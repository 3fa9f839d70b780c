import { gaussian, mulberry32 } from '@smartscan/signal';
import { bytesOfPicture, type Picture } from './frames.ts';
import { StillnessWatch } from './stillness.ts';

const SIDE = 32;
const RATE = 30;
const FRAMES = 600;

const NOISE = (() => {
  const chance = mulberry32(7);
  return Float64Array.from({ length: 16_384 }, () => gaussian(chance));
})();

/** A scene with texture that drifts slowly, under the noise of a sensor, another stretch of it for each seed. */
const pictureAt = (second: number, seed: number): Picture => {
  const bytes = new Uint8Array(bytesOfPicture(SIDE, SIDE));
  const shift = 2 * Math.sin(2 * Math.PI * 0.11 * second) + Math.sin(2 * Math.PI * 0.23 * second);
  const row = Float64Array.from({ length: SIDE }, (_, x) => 120 + 30 * Math.sin(x / 5 + shift / 5));
  const from = Math.floor(mulberry32(seed)() * NOISE.length);
  for (let i = 0; i < SIDE * SIDE; i++) bytes[i] = row[i % SIDE]! + NOISE[(from + i) % NOISE.length]!;
  return { width: SIDE, height: SIDE, bytes };
};

const watched = (second: (n: number) => number, seed: (n: number) => number): StillnessWatch => {
  const watch = new StillnessWatch();
  for (let n = 0; n < FRAMES; n++) watch.add(pictureAt(second(n), seed(n)));
  return watch;
};

describe('StillnessWatch', () => {
  it('lets live video pass', () => {
    const live = watched(
      (n) => n / RATE,
      (n) => n,
    );
    expect(live.stillShare(RATE)).toBe(0);
    expect(live.loops(RATE)).toBe(false);
  });

  it('lets a camera on a tripod before a still scene pass: its noise lives', () => {
    const live = watched(
      () => 0,
      (n) => n,
    );
    expect(live.stillShare(RATE)).toBe(0);
    expect(live.loops(RATE)).toBe(false);
  });

  it('sees the share of a video that stands still, but not a stutter', () => {
    const frozen = watched(
      (n) => Math.min(n, 300) / RATE,
      (n) => Math.min(n, 300),
    );
    expect(frozen.stillShare(RATE)).toBeCloseTo(0.5, 1);
    const doubled = watched(
      (n) => Math.floor(n / 2) / RATE,
      (n) => Math.floor(n / 2),
    );
    expect(doubled.stillShare(RATE)).toBe(0);
  });

  it('sees a stretch that comes again', () => {
    for (const seconds of [2, 4.5, 9]) {
      const period = seconds * RATE;
      const looped = watched(
        (n) => (n % period) / RATE,
        (n) => n % period,
      );
      expect(looped.loops(RATE)).toBe(true);
    }
  });
});
