import { gaussian, mulberry32, type Chance } from '@smartscan/signal';
import { bytesOfPicture, type Picture } from './frames.ts';
import { StillnessWatch } from './stillness.ts';

const SIDE = 32;
const RATE = 30;

/** A scene with texture that drifts slowly, under the noise of a sensor. */
const pictureAt = (second: number, noise: number, chance: Chance): Picture => {
  const bytes = new Uint8Array(bytesOfPicture(SIDE, SIDE));
  const shift = 2 * Math.sin(2 * Math.PI * 0.11 * second) + Math.sin(2 * Math.PI * 0.23 * second);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const texture = 120 + 30 * Math.sin((i % SIDE) / 5 + shift / 5) + 20 * Math.sin(i / SIDE / 7);
    bytes[i] = texture + noise * gaussian(chance);
  }
  return { width: SIDE, height: SIDE, bytes };
};

const watched = (frames: number, second: (n: number) => number, noise: (n: number) => Chance): StillnessWatch => {
  const watch = new StillnessWatch();
  for (let n = 0; n < frames; n++) watch.add(pictureAt(second(n), 1, noise(n)));
  return watch;
};

describe('StillnessWatch', () => {
  it('lets live video pass', () => {
    const chance = mulberry32(1);
    const live = watched(
      600,
      (n) => n / RATE,
      () => chance,
    );
    expect(live.stillShare(RATE)).toBe(0);
    expect(live.loops(RATE)).toBe(false);
  });

  it('lets a camera on a tripod before a still scene pass: its noise lives', () => {
    const chance = mulberry32(2);
    const live = watched(
      600,
      () => 0,
      () => chance,
    );
    expect(live.stillShare(RATE)).toBe(0);
    expect(live.loops(RATE)).toBe(false);
  });

  it('sees the share of a video that stands still, but not a stutter', () => {
    const chance = mulberry32(3);
    const noise = (n: number): Chance => (n >= 300 ? mulberry32(9) : chance);
    const frozen = watched(600, (n) => Math.min(n, 300) / RATE, noise);
    expect(frozen.stillShare(RATE)).toBeCloseTo(0.5, 1);
    const doubled = watched(
      600,
      (n) => Math.floor(n / 2) / RATE,
      (n) => mulberry32(Math.floor(n / 2)),
    );
    expect(doubled.stillShare(RATE)).toBe(0);
  });

  it('sees a stretch that comes again, also when it was coded anew in between', () => {
    for (const seconds of [2, 4.5, 9]) {
      const period = seconds * RATE;
      const looped = watched(
        600,
        (n) => (n % period) / RATE,
        (n) => mulberry32(n % period),
      );
      expect(looped.loops(RATE)).toBe(true);
    }
  });
});
