export interface Backoff {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Pauses that double from `firstMs` up to `lastMs`; `after` counts the failures so far, from 1. */
export const pauseMs = ({ firstMs, lastMs }: Backoff, after: number): number =>
  Math.min(lastMs, firstMs * 2 ** Math.min(after - 1, 30));
