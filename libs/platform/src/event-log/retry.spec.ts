import fc from 'fast-check';
import { FAULT_KINDS, FATE_OF, Fault } from '@smartscan/kernel';
import type { Envelope } from '../ports/event-log.ts';
import { attempt, pauseAfter, RETRY } from './retry.ts';

const QUICK = { attempts: 4, firstPauseMs: 1, lastPauseMs: 4 };
const ENVELOPE = {} as Envelope;
const never = new AbortController().signal;

it('pauses grow from 50 ms to 2 s over five tries: 2.8 s in all', () => {
  const pauses = [1, 2, 3, 4].map((failures) => Math.round(pauseAfter(failures, RETRY)));
  expect(pauses).toEqual([50, 171, 585, 2000]);
});

it('pauses never shrink and stay within their bounds, whatever the policy', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 100 }), (attempts, firstPauseMs) => {
      const policy = { attempts, firstPauseMs, lastPauseMs: 2_000 };
      let before = firstPauseMs;
      for (let failures = 1; failures < attempts; failures += 1) {
        const pause = pauseAfter(failures, policy);
        expect(pause).toBeGreaterThanOrEqual(before - 1e-6);
        expect(pause).toBeLessThanOrEqual(2_000 + 1e-6);
        before = pause;
      }
    }),
  );
});

it.each(FAULT_KINDS)('a fault of kind %s has the fate that the kernel says', async (kind) => {
  let tries = 0;
  const outcome = await attempt(
    () => {
      tries += 1;
      throw new Fault(kind, 'shop.fault', 'Fault.');
    },
    ENVELOPE,
    QUICK,
    never,
  );
  const passes = FATE_OF[kind].event === 'retry';
  const attempts = passes ? 4 : 1;
  expect({ outcome, tries }).toEqual({ outcome: { code: 'shop.fault', attempts, passes }, tries: attempts });
});

it('what no one foresaw is tried again and known by the code "internal" only', async () => {
  const outcome = await attempt(() => Promise.reject(new TypeError('secret')), ENVELOPE, QUICK, never);
  expect(outcome).toEqual({ code: 'internal', attempts: 4, passes: true });
});

it('a handler that recovers has handled its event', async () => {
  let failures = 3;
  const deliver = async (): Promise<void> => {
    if ((failures -= 1) >= 0) throw new Error('not yet');
  };
  expect(await attempt(deliver, ENVELOPE, QUICK, never)).toBe('handled');
});

it('asked to stop, it waits for no pause and decides nothing', async () => {
  const stop = new AbortController();
  const startedAt = performance.now();
  const outcome = attempt(
    () => Promise.reject(new Error('no')),
    ENVELOPE,
    { ...QUICK, firstPauseMs: 60_000 },
    stop.signal,
  );
  setTimeout(() => stop.abort(), 10);
  expect(await outcome).toBe('interrupted');
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
