import { setTimeout as sleep } from 'node:timers/promises';
import { asFault, FATE_OF } from '@smartscan/kernel';
import type { Envelope } from '../ports/event-log.ts';

export type Deliver = (envelope: Envelope) => Promise<void>;

export interface RetryPolicy {
  /** How often a handler is tried before its event is parked. */
  readonly attempts: number;
  /** The pause after the first failure; the pauses grow by a constant factor up to `lastPauseMs`. */
  readonly firstPauseMs: number;
  readonly lastPauseMs: number;
}

/**
 * Ours: 2.8 s in all, which outlasts a restart of the database and a deadlock, and holds up a partition no longer than a
 * dead member's lease does.
 */
export const RETRY: RetryPolicy = { attempts: 5, firstPauseMs: 50, lastPauseMs: 2_000 };

export interface Failure {
  readonly code: string;
  readonly attempts: number;
}

/** `passes`: what failed may go well later; otherwise no further try can help. */
export interface Failed extends Failure {
  readonly passes: boolean;
}

/** `interrupted`: asked to stop between two tries; nothing is decided about the event. */
export type Outcome = 'handled' | 'interrupted' | Failed;

/** Delivers one event: again after failures that may pass, not again after those that won't. */
export async function attempt(
  deliver: Deliver,
  envelope: Envelope,
  policy: RetryPolicy,
  stop: AbortSignal,
): Promise<Outcome> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await deliver(envelope);
      return 'handled';
    } catch (error) {
      const fault = asFault(error);
      const passes = FATE_OF[fault.kind].event === 'retry';
      if (!passes || attempts >= policy.attempts) return { code: fault.code, attempts, passes };
    }
    await sleep(pauseAfter(attempts, policy), undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return 'interrupted';
  }
}

/** Milliseconds to wait after the given number of failures, from 1. */
export const pauseAfter = (failures: number, { attempts, firstPauseMs, lastPauseMs }: RetryPolicy): number =>
  attempts <= 2 ? firstPauseMs : firstPauseMs * (lastPauseMs / firstPauseMs) ** ((failures - 1) / (attempts - 2));
