import { Fault } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import type { addChunk, getRecording, openRecording } from '@smartscan/contracts/vitals/recordings';
import { Reply, type Call, type Job, type UnitOfWork } from '@smartscan/platform/ports';
import { problem } from '../domain/scan-problems.ts';
import { readTelemetry, type KeepTelemetry } from './keep-telemetry.ts';
import { LiveRecording, RECORDING_LIMITS, type RecordingAnswer, type RecordingLimits } from './live-recording.ts';
import type { Measure, Measured } from './measure.ts';
import { answerOf, type ScanAnswer } from './present.ts';
import { isNamed, secretsOf, type ScanTasks } from './scan-tasks.ts';
import { scanTable, type KnownScans, type ScanJobs, type ScanSecrets } from './scans.ts';

export interface RecordParts {
  readonly work: UnitOfWork;
  readonly jobs: ScanJobs;
  readonly known: KnownScans;
  readonly tasks: ScanTasks;
  readonly measure: Measure;
  readonly telemetry: KeepTelemetry;
  readonly limits?: RecordingLimits;
}

const notFound = (): Fault =>
  new Fault('not_found', 'vitals.recording_not_found', 'There is no such recording.', {
    remedy: 'It may be over or given up: open a new one. Whether it became a scan, GET /v1/scans/{id} tells.',
  });

/** What came of it was in the memory of a process that is gone. */
export const recordingLost = (): Fault =>
  new Fault('not_found', 'vitals.recording_lost', 'The recording was lost on our side.', {
    status: 410,
    remedy: 'Open a new recording and record again: no chunk of this one was kept.',
  });

/** A recording that this process has. */
interface Held {
  readonly tenant: string;
  readonly live: LiveRecording;
  /** The scan's end; rejects with what it failed with. */
  readonly over: Promise<void>;
  /** That the audit knows of a preview being shown. */
  noted?: Promise<void>;
}

/** Scans whose colours a device measures itself and sends in chunks. */
export class RecordScan {
  private readonly held = new Map<string, Held>();

  constructor(private readonly parts: RecordParts) {}

  async open(input: InputOf<typeof openRecording>, call: Call): Promise<RecordingAnswer> {
    const { jobs, tasks, measure, telemetry: keeper, limits = RECORDING_LIMITS } = this.parts;
    const telemetry = readTelemetry(input.telemetry);
    const ttlSeconds = await jobs.ttlSeconds(call);
    const { content = 'traces', deadline_seconds: deadlineSeconds } = input;
    const admitted = measure.admitRecording({ tenant: call.tenant, deadlineSeconds, content });
    const live = new LiveRecording(admitted, limits);
    const source = { measure: live.measure.bind(live), leave: () => admitted.leave() };
    // It goes on when this request, and the connection that it came over, are gone.
    const lasting = { ...call, signal: new AbortController().signal };
    const secrets = secretsOf(input);
    const job: Job<ScanSecrets, Measured> = jobs.begin(lasting, {
      task: tasks.of(input, source, () => job.state),
      askedAgain: 'everything',
      ttlSeconds,
      secrets,
    });
    try {
      await jobs.accept(job, {
        person: secrets.patient_id,
        isNamed: isNamed(secrets),
        also: telemetry && ttlSeconds > 0 ? () => keeper.run(telemetry, call) : undefined,
      });
    } catch (error) {
      jobs.end(job, false);
      throw error;
    }
    const over = jobs.goOn(job);
    const { id } = job.state;
    this.held.set(id, { tenant: call.tenant, live, over });
    // For as long as an answer may be lost and its chunk come again.
    const forget = (): void => void setTimeout(() => this.held.delete(id), limits.idleMs).unref();
    over.then(forget, forget);
    return live.answer(id);
  }

  /** The body is not looked at where the chunk came before. */
  async add(
    { id, sequence, last }: InputOf<typeof addChunk>,
    call: Call,
    body: Uint8Array,
  ): Promise<Reply<RecordingAnswer> | ScanAnswer> {
    const held = this.find(id, call);
    const { live, over } = held;
    // A scan that was cancelled or given up takes no more: that is what is told.
    if (!live.complete && live.over) await over;
    live.take({ sequence, isLast: last === 'true' }, body);
    // A chunk before the last that comes again must not take a result that is handed over once.
    if (live.endedWith(sequence) && !call.respondAsync) {
      await over;
      return answerOf(await this.parts.known.one(id, call));
    }
    if (!live.complete) await live.glimpse();
    const location = live.complete ? `/v1/scans/${id}` : `/v1/recordings/${id}`;
    return new Reply(202, await this.shown(id, held, call), { Location: location });
  }

  /** Whether its chunks are taken, or answered again, here. */
  has(id: string): boolean {
    return this.held.has(id);
  }

  one({ id }: InputOf<typeof getRecording>, call: Call): Promise<RecordingAnswer> {
    return this.shown(id, this.find(id, call), call);
  }

  /** Called by Nest when the last request is answered: nobody can send the rest of a recording any more. */
  onApplicationShutdown(): void {
    for (const { live } of this.held.values()) live.drop(problem('interrupted'));
  }

  /** Another tenant's recording is as unknown as none. */
  private find(id: string, { tenant }: Call): Held {
    const held = this.held.get(id);
    if (held?.tenant !== tenant) throw notFound();
    return held;
  }

  /** A heart rate that is shown before the scan is over is noted first, and once, however many previews there are. */
  private async shown(id: string, held: Held, call: Call): Promise<RecordingAnswer> {
    const answer = held.live.answer(id);
    if (answer.preview.heart_rate === null) return answer;
    held.noted ??= this.parts.work.run(call, async (tx) => tx.noteAccess(scanTable, id, 'read'));
    try {
      await held.noted;
    } catch (error) {
      delete held.noted;
      throw error;
    }
    return answer;
  }
}
