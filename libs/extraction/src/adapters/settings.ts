import { z } from 'zod';
import { DOCUMENT_BODY_MAX_BYTES } from '@smartscan/contracts/extraction';
import { DEADLINE_MAX_SECONDS } from '@smartscan/contracts/job';
import { inferenceSettings, maxJobs, tierSettings } from '@smartscan/inference';

/** Read from `SMARTSCAN_EXTRACTION_<NAME>`. */
export const extractionSettings = z.object({
  ...tierSettings({
    maxBodyBytes: DOCUMENT_BODY_MAX_BYTES,
    // Ours: as many of the largest as may wait.
    maxHeldBytes: 1_000_000_000,
    maxDeadlineSeconds: DEADLINE_MAX_SECONDS,
  }),
  maxDocuments: maxJobs,
  ...inferenceSettings,
});
export type ExtractionSettings = z.output<typeof extractionSettings>;
