import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { Lane } from '../../domain/fair-queue.ts';

const count = z.coerce.number().int().min(1).max(1_000);

const WEIGHT = /^(wsp_\w+)=(\d{1,3}(?:\.\d{1,3})?)$/;

const readWeights = (text: string, context: z.RefinementCtx): ReadonlyMap<string, number> => {
  const weights = new Map<string, number>();
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [, tenant, weight] = WEIGHT.exec(part.trim()) ?? [];
    if (tenant === undefined || !(Number(weight) > 0)) {
      context.addIssue({ code: 'custom', message: 'is not a list of workspace=weight, each above 0 and below 1000' });
      return z.NEVER;
    }
    weights.set(tenant, Number(weight));
  }
  return weights;
};

/** What a tier of one kind of jobs is bounded by. */
export interface TierBounds {
  /** Of a body. */
  readonly maxBodyBytes: number;
  /** Of the bytes of all bodies in memory, by default. */
  readonly maxHeldBytes: number;
  /** The longest deadline that may be asked for. */
  readonly maxDeadlineSeconds: number;
}

/** What those who run a tier set: docs/tier.md says what each is for. */
export const tierSettings = ({ maxBodyBytes, maxHeldBytes, maxDeadlineSeconds }: TierBounds) => {
  const seconds = z.coerce.number().min(1).max(maxDeadlineSeconds);
  return {
    /** Jobs at a time. One for two cores keeps both busy, also where a decoder runs beside it. Ours. */
    workers: count.default(Math.max(1, Math.floor(availableParallelism() / 2))),
    /** Bytes of bodies in memory at once; one whose length isn't announced counts as the largest. Ours. */
    maxHeldBytes: z.coerce.number().int().min(maxBodyBytes).max(1e12).default(maxHeldBytes),
    /** Within which a job is to be over after its last byte came, where the request doesn't say. Ours: who waits a minute leaves. */
    deadlineSeconds: seconds.default(60),
    /** The same in the batch lane. Ours: as long as a result that isn't kept waits for its first fetch. */
    batchDeadlineSeconds: seconds.default(900),
    /** `workspace=weight`, separated by commas: the share of the tier, relative to the others that wait. Default 1. */
    weights: z.string().default('').transform(readWeights),
  };
};

/** Seconds within which a job of that lane is to be over where the request doesn't say. */
export const defaultDeadline = (
  {
    deadlineSeconds,
    batchDeadlineSeconds,
  }: { readonly deadlineSeconds: number; readonly batchDeadlineSeconds: number },
  lane: Lane,
): number => (lane === 'batch' ? batchDeadlineSeconds : deadlineSeconds);

/** Jobs that are received, waiting or running at once. Ours: what can wait is bounded by time, this only the worst. */
export const maxJobs = count.default(256);
