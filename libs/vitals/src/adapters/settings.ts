import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { SCAN_BODY_MAX_BYTES, SCAN_DEADLINE_MAX_SECONDS } from '@smartscan/contracts/vitals';
import { inferenceSettings } from './inference-settings.ts';
import { MODELS_DIRECTORY } from './scan/scan-models.ts';

const count = z.coerce.number().int().min(1).max(1_000);

const seconds = z.coerce.number().min(1).max(SCAN_DEADLINE_MAX_SECONDS);

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

/** Read from `SMARTSCAN_VITALS_<NAME>`. */
export const vitalsSettings = z.object({
  /** Scans at a time. Decoder and analysis run side by side, so one for two cores keeps both busy. Ours. */
  workers: count.default(Math.max(1, Math.floor(availableParallelism() / 2))),
  /** Scans that are received, waiting or running at once. Ours: what can wait is bounded by time, this only the worst. */
  maxScans: count.default(256),
  /** Bytes of bodies in memory at once; one whose length isn't announced counts as the largest. Ours. */
  maxHeldBytes: z.coerce.number().int().min(SCAN_BODY_MAX_BYTES).max(1e12).default(2_000_000_000),
  /** Within which a scan is to be over after its last byte came, where the request doesn't say. Ours: who waits a minute leaves. */
  deadlineSeconds: seconds.default(60),
  /** The same in the batch lane. Ours: as long as a result that isn't kept waits for its first fetch. */
  batchDeadlineSeconds: seconds.default(900),
  /** `workspace=weight`, separated by commas: the share of the tier, relative to the others that wait. Default 1. */
  weights: z.string().default('').transform(readWeights),
  modelsDirectory: z.string().default(MODELS_DIRECTORY),
  decoder: z.enum(['ffmpeg', 'webcodecs']).optional(),
  ...inferenceSettings,
});
export type VitalsSettings = z.output<typeof vitalsSettings>;
