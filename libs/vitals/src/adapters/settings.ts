import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const count = z.coerce.number().int().min(1).max(1_000);

/** Read from `SMARTSCAN_VITALS_<NAME>`. */
export const vitalsSettings = z.object({
  /** Scans at a time. Decoder and analysis run side by side, so one for two cores keeps both busy. Ours. */
  workers: count.default(Math.max(1, Math.floor(availableParallelism() / 2))),
  /** Scans that are received, waiting or running at once; each may hold a body of 100 MB in memory. Ours. */
  maxScans: count.default(16),
  modelsDirectory: z.string().default(fileURLToPath(new URL('../../../../models/', import.meta.url))),
  decoder: z.enum(['ffmpeg', 'webcodecs']).optional(),
});
export type VitalsSettings = z.output<typeof vitalsSettings>;
