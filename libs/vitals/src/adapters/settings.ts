import { z } from 'zod';
import { SCAN_BODY_MAX_BYTES } from '@smartscan/contracts/vitals';
import { DEADLINE_MAX_SECONDS } from '@smartscan/contracts/job';
import { inferenceSettings, maxJobs, tierSettings } from '@smartscan/inference';

/** Read from `SMARTSCAN_VITALS_<NAME>`. */
export const vitalsSettings = z.object({
  ...tierSettings({
    maxBodyBytes: SCAN_BODY_MAX_BYTES,
    maxHeldBytes: 2_000_000_000,
    maxDeadlineSeconds: DEADLINE_MAX_SECONDS,
  }),
  maxScans: maxJobs,
  decoder: z.enum(['ffmpeg', 'webcodecs']).optional(),
  ...inferenceSettings,
});
export type VitalsSettings = z.output<typeof vitalsSettings>;
