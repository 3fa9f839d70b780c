import { pauseMs } from './backoff.ts';
import { Doorbell } from './doorbell.ts';

/** Longer than any test: who waits for it has not heard the bell. */
const FOR_EVER_MS = 600_000;

it('a ring wakes who waits', async () => {
  const bell = new Doorbell();
  setTimeout(() => bell.ring(), 5);
  expect(await bell.heard(FOR_EVER_MS)).toBe(true);
});

it('a ring while nobody waits is kept, and many count as one', async () => {
  const bell = new Doorbell();
  bell.ring();
  bell.ring();
  await bell.heard(FOR_EVER_MS);
  const startedAt = performance.now();
  await bell.heard(30);
  expect(performance.now() - startedAt).toBeGreaterThan(20);
});

it('nobody waits longer than asked', async () => {
  expect(await new Doorbell().heard(5)).toBe(false);
});

it('pauses double up to their bound, however many failures there were', () => {
  const backoff = { firstMs: 100, lastMs: 5_000 };
  expect([1, 2, 3, 6, 7, 5_000].map((after) => pauseMs(backoff, after))).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
});
