import type { JobSummary } from '@smartscan/contracts/job';
import type { InputOf } from '@smartscan/contracts/operation';
import type { startScan } from '@smartscan/contracts/vitals';
import { Reply, summaryOf, type Call, type Chunks, type Job } from '@smartscan/platform/ports';
import { readTelemetry, type KeepTelemetry } from './keep-telemetry.ts';
import type { Admission, Measure, Measured } from './measure.ts';
import { answerOf, type ScanAnswer } from './present.ts';
import { isNamed, secretsOf, type ScanTasks, type Source } from './scan-tasks.ts';
import type { ScanJobs, ScanSecrets } from './scans.ts';

export interface ScanParts {
  readonly jobs: ScanJobs;
  readonly tasks: ScanTasks;
  readonly measure: Measure;
  readonly telemetry: KeepTelemetry;
}

/** One scan from the first byte of its body to its answer. */
export class RunScan {
  constructor(private readonly parts: ScanParts) {}

  async run(input: InputOf<typeof startScan>, call: Call, body: Chunks): Promise<ScanAnswer | Reply<JobSummary>> {
    const { jobs, tasks, telemetry: keeper } = this.parts;
    const telemetry = readTelemetry(input.telemetry);
    const ttlSeconds = await jobs.ttlSeconds(call);
    const secrets = secretsOf(input);
    const source = this.source(input, call, body);
    const job: Job<ScanSecrets, Measured> = jobs.begin(call, {
      task: tasks.of(input, source, () => job.state),
      askedAgain: call.respondAsync ? 'result' : 'nothing',
      ttlSeconds,
      secrets,
    });
    const sight = await jobs.serve(job, {
      person: secrets.patient_id,
      isNamed: isNamed(secrets),
      also: telemetry && ttlSeconds > 0 ? () => keeper.run(telemetry, call) : undefined,
    });
    return call.respondAsync ? new Reply(202, summaryOf(sight)) : answerOf(sight);
  }

  /** The body, once there is room and time for it. */
  private source(input: InputOf<typeof startScan>, call: Call, body: Chunks): Source {
    const admitted = this.parts.measure.admit(admissionOf(input, call));
    return {
      measure: (watch) => admitted.run(body, watch),
      leave: () => admitted.leave(),
    };
  }
}

const admissionOf = (input: InputOf<typeof startScan>, call: Call): Admission => ({
  tenant: call.tenant,
  // Whoever waits for the answer is waited for.
  lane: call.respondAsync ? (input.lane ?? 'interactive') : 'interactive',
  content: input.content ?? 'video',
  declaredBytes: input.declared_bytes,
  deadlineSeconds: input.deadline_seconds,
});
