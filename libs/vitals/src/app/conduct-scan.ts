import { asFault, type Clock } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { scanAccepted, scanCancelled, scanCompleted, scanFailed, type startScan } from '@smartscan/contracts/vitals';
import { personInput } from '@smartscan/contracts/vitals/person';
import type { Call, Holdings, Ids, Services, Tx, UnitOfWork } from '@smartscan/platform/ports';
import { markersOf, type Markers } from '../domain/markers.ts';
import { NO_INPUTS, type PersonInputs } from '../domain/person.ts';
import { beginScan, endOf, endScan, isOver, type ScanLife } from '../domain/scan.ts';
import { problem } from '../domain/scan-problems.ts';
import { withDoubts } from '../domain/witnesses.ts';
import type { ActiveScans, ScanSecrets, ScanState } from './active-scan.ts';
import { latestCalibrations } from './calibrations.ts';
import type { Measured, MeasureWatch } from './measure.ts';
import { NO_SECRETS } from './present.ts';
import { addScan, closeScan, removeScan, scanTable, type ScanClosing } from './scans.ts';
import { vitalsTtl } from './vitals-ttl.ts';

/** What is told of a scan beside what it is measured from. */
export type Told = Pick<InputOf<typeof startScan>, 'patient_id' | 'visit_id' | 'estimates' | keyof typeof personInput>;

/** What a scan is measured from: a video that streams in, or a recording that comes in chunks. */
export interface Source {
  /** Throws the scan's problem as a Fault. */
  measure(watch: MeasureWatch): Promise<Measured>;
  /** The scan is over, whether or not it was measured. */
  leave(): void;
}

/**
 * What the process that has a scan is asked for again, whatever is kept of it: nothing, its result where that isn't kept,
 * or all that a recording is asked.
 */
export type AskedAgain = 'nothing' | 'result' | 'recording';

/** One scan under way. */
export interface Job {
  readonly askedAgain: AskedAgain;
  readonly state: ScanState;
  readonly call: Call;
  readonly source: Source;
  readonly abort: AbortController;
}

export interface ConductParts {
  readonly work: UnitOfWork;
  readonly services: Services;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly active: ActiveScans;
  readonly holdings: Holdings;
}

export interface Beginning extends Pick<Job, 'source' | 'askedAgain'> {
  readonly ttlSeconds: number;
}

/** The life of a scan, whatever it is measured from: there is one way to begin it, and one to end it. */
export class ConductScan {
  constructor(private readonly parts: ConductParts) {}

  /** From here on it is to be ended. */
  begin(told: Told, call: Call, { source, askedAgain, ttlSeconds }: Beginning): Job {
    const { ids, clock, active } = this.parts;
    const state: ScanState = {
      id: ids.next('scan'),
      tenant: call.tenant,
      subjectRef: null,
      wellness: told.estimates === 'wellness',
      retainedSeconds: ttlSeconds,
      life: beginScan(clock.nowMs()),
      accepted: false,
      stage: 'received',
      share: 0,
      secrets: { ...NO_SECRETS, patient_id: told.patient_id ?? null, visit_id: told.visit_id ?? null },
      person: personOf(told),
    };
    return { state, call, source, askedAgain, abort: active.add(state) };
  }

  async accept({ state, call, askedAgain }: Job): Promise<void> {
    const { work, holdings } = this.parts;
    const { patient_id: patient } = state.secrets;
    await work.run(call, async (tx) => {
      if (patient !== null) state.subjectRef = await tx.pseudonym(patient);
      if (state.retainedSeconds > 0) {
        const { id, tenant: workspaceId, subjectRef, life } = state;
        await addScan(tx, { id, workspaceId, subjectRef, createdAt: new Date(life.startedAtMs) }, state.secrets);
      }
      if (askedAgain === 'recording' || (askedAgain === 'result' && state.retainedSeconds === 0))
        await holdings.hold(tx, state.id);
      tx.emit(scanAccepted, { workspace_id: state.tenant, scan_id: state.id });
    });
    // From here on a row that is missing is one that somebody has closed.
    state.accepted = true;
  }

  /** Measures it and closes it as completed, failed or cancelled; throws what it failed with. */
  async measure(job: Job, onReceived = (): void => undefined): Promise<void> {
    const { state, call, source, abort } = job;
    const { signal } = abort;
    try {
      const onProgress = (stage: ScanState['stage'], share: number): void => {
        if (stage === 'received') onReceived();
        this.parts.active.progress(state, stage, share);
      };
      const measured = await source.measure({ signal, onProgress });
      if (signal.aborted) throw problem('cancelled');
      await this.complete(job, measured);
    } catch (error) {
      // Once completed, a failure to say so is not a failure of the scan.
      if (!isOver(state.life)) await this.fail(state, call, signal.aborted ? problem('cancelled') : error);
      throw signal.aborted ? problem('cancelled') : error;
    }
  }

  /** Goes on without whoever began it. A result that isn't kept then waits for one fetch. */
  async goOn(job: Job, onReceived?: () => void): Promise<void> {
    try {
      await this.measure(job, onReceived);
    } finally {
      this.end(job, job.state.retainedSeconds === 0);
    }
  }

  end({ state, source }: Job, keepForFetch: boolean): void {
    source.leave();
    this.parts.active.end(state, keepForFetch);
  }

  private async complete(job: Job, measured: Measured): Promise<void> {
    const { state, call } = job;
    // Asked again: a workspace that chose to keep nothing while this scan ran gets nothing kept.
    const ttlSeconds = await vitalsTtl(this.parts.services, call);
    const retained = state.retainedSeconds > 0 && ttlSeconds > 0;
    const life = endScan(state.life, { status: 'completed' }, this.parts.clock.nowMs());
    const secrets = await this.parts.work.run(call, async (tx) => {
      const markers = await this.markers(tx, state, measured, retained ? ttlSeconds : 0);
      const found = { ...state.secrets, ...measured.secrets, markers };
      // Cancelled or swept meanwhile: then the result is nobody's.
      if (retained && !(await closeScan(tx, state.id, closingOf(life, found)))) throw problem('cancelled');
      if (!retained) await this.handOver(tx, job);
      tx.emit(scanCompleted, {
        workspace_id: state.tenant,
        scan_id: state.id,
        retained,
        frames: measured.frames,
        cpu_ms: Math.round(measured.cpuMs),
      });
      return found;
    });
    Object.assign(state, { life, secrets, person: NO_INPUTS, retainedSeconds: retained ? ttlSeconds : 0 });
  }

  /** The markers; those that rest on a calibration only as far as anything is kept of the person. */
  private async markers(tx: Tx, state: ScanState, measured: Measured, ttlSeconds: number): Promise<Markers> {
    const { subjectRef, wellness, person } = state;
    const nowMs = this.parts.clock.nowMs();
    const calibrations = subjectRef === null ? {} : await latestCalibrations(tx, subjectRef, { nowMs, ttlSeconds });
    const { analysis, colourRatio, doubts } = measured;
    const made = markersOf({ analysis, person, reference: { colourRatio, calibrations, wellness, nowMs } });
    return withDoubts(made, doubts);
  }

  /** Nothing is kept: the row of the running scan goes too, and the disclosure itself is what the audit notes. */
  private async handOver(tx: Tx, { state, askedAgain }: Job): Promise<void> {
    await removeScan(tx, state.id);
    if (askedAgain !== 'nothing') await this.parts.holdings.hold(tx, state.id);
    tx.noteAccess(scanTable, state.id, 'read');
  }

  private async fail(state: ScanState, call: Call, error: unknown): Promise<void> {
    const end = endOf(asFault(error).code);
    state.life = endScan(state.life, end, this.parts.clock.nowMs());
    state.person = NO_INPUTS;
    await this.parts.work.run(call, async (tx) => {
      // Whoever closed the row told of it.
      if (state.retainedSeconds > 0 && !(await closeScan(tx, state.id, closingOf(state.life, null)))) return;
      const scan = { workspace_id: state.tenant, scan_id: state.id };
      if (end.status === 'failed') tx.emit(scanFailed, { ...scan, problem: end.problem });
      else tx.emit(scanCancelled, scan);
    });
  }
}

/** What the request tells of the person, and nothing else of it. */
const personOf = (told: Told): PersonInputs => Object.fromEntries(PERSON_INPUTS.map((name) => [name, told[name]]));
const PERSON_INPUTS = Object.keys(personInput) as readonly (keyof typeof personInput)[];

const closingOf = ({ status, problem: code, finishedAtMs }: ScanLife, secrets: ScanSecrets | null): ScanClosing => ({
  status,
  problem: code,
  at: new Date(finishedAtMs ?? 0),
  secrets,
});
