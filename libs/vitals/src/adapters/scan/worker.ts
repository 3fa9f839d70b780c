/** The thread that scans: started by `ScanWorkers`, one scan after another. */
import { openInference, serveJobs, type JobWatch } from '@smartscan/inference/in-thread';
import { analyseRecorded } from './analyse-recorded.ts';
import { FrameMemory } from './frames.ts';
import type { ScanOutcome, ScanStage } from './outcome.ts';
import { scan, type ScanTools } from './scan.ts';
import type { ScanJob, WorkerStart } from './worker-messages.ts';

await serveJobs({
  prepare: async ({ inference, decoder }: WorkerStart, end) => {
    const kept: Omit<ScanTools, 'versions'> = {
      // Without its models this thread is of no use: it ends, and is replaced by one that has them.
      inference: await openInference(inference, end),
      decoder,
      memory: new FrameMemory(),
    };
    return (job: ScanJob, watch: JobWatch<ScanStage>): Promise<ScanOutcome> => {
      const tools = { ...kept, versions: job.versions };
      return job.type === 'scan' ? scan(job, tools, watch) : analyseRecorded(job, { tools, watch });
    };
  },
});
