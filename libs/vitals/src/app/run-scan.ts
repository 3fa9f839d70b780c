import type { InputOf } from '@smartscan/contracts/operation';
import type { startScan } from '@smartscan/contracts/vitals';
import { Reply, type Call, type Chunks, type Services } from '@smartscan/platform/ports';
import type { ConductScan, Job, Source } from './conduct-scan.ts';
import { readTelemetry, type KeepTelemetry } from './keep-telemetry.ts';
import type { Admission, Measure } from './measure.ts';
import { itemOfState, withSecrets, type ScanAnswer, type ScanItem } from './present.ts';
import { vitalsTtl } from './vitals-ttl.ts';

export interface ScanParts {
  readonly services: Services;
  readonly conduct: ConductScan;
  readonly measure: Measure;
  readonly telemetry: KeepTelemetry;
}

/** One scan from the first byte of its body to its answer. */
export class RunScan {
  constructor(private readonly parts: ScanParts) {}

  async run(input: InputOf<typeof startScan>, call: Call, body: Chunks): Promise<ScanAnswer | Reply<ScanItem>> {
    const { conduct } = this.parts;
    const telemetry = readTelemetry(input.telemetry);
    const ttlSeconds = await vitalsTtl(this.parts.services, call);
    const job = conduct.begin(input, call, {
      source: this.source(input, call, body),
      askedAgain: call.respondAsync ? 'result' : 'nothing',
      ttlSeconds,
    });
    const leave = (): void => job.abort.abort();
    // A caller who waits for the answer and leaves has no more use for it; one who asked to come back has.
    call.signal.addEventListener('abort', leave);
    let ended = (): void => conduct.end(job, false);
    try {
      await conduct.accept(job);
      if (telemetry && ttlSeconds > 0) await this.parts.telemetry.run(telemetry, call);
      if (call.respondAsync) {
        ended = () => undefined;
        return await this.later(job);
      }
      await conduct.measure(job);
      const { state } = job;
      return withSecrets(itemOfState(state), state.secrets, state.subjectRef);
    } finally {
      // From here on one who asked to come back is not waited for.
      call.signal.removeEventListener('abort', leave);
      ended();
    }
  }

  /** The body, once there is room and time for it. */
  private source(input: InputOf<typeof startScan>, call: Call, body: Chunks): Source {
    const admitted = this.parts.measure.admit(admissionOf(input, call));
    return {
      measure: (watch) => admitted.run(body, watch),
      leave: () => admitted.leave(),
    };
  }

  /** The body comes with the request, so it is read before 202 is said; the rest goes on without the caller. */
  private async later(job: Job): Promise<Reply<ScanItem>> {
    await new Promise<void>((resolve, reject) => {
      this.parts.conduct.goOn(job, resolve).then(resolve, reject);
    });
    return new Reply(202, itemOfState(job.state));
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
