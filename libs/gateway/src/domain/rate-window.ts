/**
 * How many requests a caller may make, counted in windows that begin with the first request after the last window's
 * end. Around such an end a caller can spend two windows' worth in a row; in exchange `remaining` and `resetSeconds`
 * are exact, and a caller that obeys them is never refused.
 */
export interface Quota {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** A caller's count. Kept and changed in place: it is touched by every request. */
export interface Window {
  startMs: number;
  used: number;
}

export interface Taken {
  readonly admitted: boolean;
  /** Requests left in the window. */
  readonly remaining: number;
  /** Whole seconds, rounded up, until the window is over and the quota is whole again. */
  readonly resetSeconds: number;
}

export const newWindow = (nowMs: number): Window => ({ startMs: nowMs, used: 0 });

/** Whether a window is over, or begins in the future because the clock was set back. */
export const isOver = (window: Window, quota: Quota, nowMs: number): boolean =>
  nowMs < window.startMs || nowMs >= window.startMs + quota.windowSeconds * 1_000;

/** Takes one request out of the window, where one is left. */
export function take(window: Window, quota: Quota, nowMs: number): Taken {
  if (isOver(window, quota, nowMs)) {
    window.startMs = nowMs;
    window.used = 0;
  }
  const admitted = window.used < quota.requests;
  if (admitted) window.used += 1;
  return {
    admitted,
    remaining: quota.requests - window.used,
    resetSeconds: Math.ceil((window.startMs + quota.windowSeconds * 1_000 - nowMs) / 1_000),
  };
}

/** The name under which the policy goes in `RateLimit-Policy` and `RateLimit`. */
export const POLICY_NAME = 'default';

/** `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11, section 3): quota units and window in seconds. */
export const policyHeader = (quota: Quota): string => `"${POLICY_NAME}";q=${quota.requests};w=${quota.windowSeconds}`;

/** `RateLimit` (the same draft, section 4): what is left, and the seconds until it is whole again. */
export const stateHeader = (taken: Taken): string => `"${POLICY_NAME}";r=${taken.remaining};t=${taken.resetSeconds}`;
