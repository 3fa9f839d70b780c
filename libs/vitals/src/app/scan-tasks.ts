import type { Clock } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { scanCompleted, type startScan } from '@smartscan/contracts/vitals';
import { personInput } from '@smartscan/contracts/vitals/person';
import type { Task, Tx } from '@smartscan/platform/ports';
import { markersOf } from '../domain/markers.ts';
import type { PersonInputs } from '../domain/person.ts';
import { withDoubts } from '../domain/witnesses.ts';
import { latestCalibrations } from './calibrations.ts';
import type { Measured, MeasureWatch } from './measure.ts';
import { NO_SECRETS, type Markers, type ScanSecrets, type ScanState } from './scans.ts';

/** What is told of a scan beside what it is measured from. */
export type Told = Pick<InputOf<typeof startScan>, 'patient_id' | 'visit_id' | 'estimates' | keyof typeof personInput>;

/** What a scan is measured from: a video that streams in, or a recording that comes in chunks. */
export interface Source {
  /** Throws the scan's problem as a Fault. */
  measure(watch: MeasureWatch): Promise<Measured>;
  /** The scan is over, whether or not it was measured. */
  leave(): void;
}

/** What the caller attached, as a scan begins. */
export const secretsOf = ({ patient_id: patient, visit_id: visit }: Told): ScanSecrets => ({
  ...NO_SECRETS,
  patient_id: patient ?? null,
  visit_id: visit ?? null,
});

/** Whether there is anything to seal as it begins. */
export const isNamed = ({ patient_id: patient, visit_id: visit }: ScanSecrets): boolean =>
  patient !== null || visit !== null;

/** What a scan does, whatever it is measured from. */
export class ScanTasks {
  constructor(private readonly clock: Clock) {}

  /** @param state of the job that the task is of; asked when that is there */
  of(told: Told, source: Source, state: () => ScanState): Task<ScanSecrets, Measured> {
    return {
      work: (watch) => source.measure(watch),
      finish: (tx, measured, keptSeconds) => this.finish(tx, measured, { told, state: state(), keptSeconds }),
      leave: () => source.leave(),
    };
  }

  private async finish(
    tx: Tx,
    measured: Measured,
    { told, state, keptSeconds }: { told: Told; state: ScanState; keptSeconds: number },
  ): Promise<ScanSecrets> {
    const markers = await this.markers(tx, measured, { told, subjectRef: state.subjectRef, ttlSeconds: keptSeconds });
    tx.emit(scanCompleted, {
      workspace_id: state.tenant,
      scan_id: state.id,
      retained: keptSeconds > 0,
      frames: measured.frames,
      cpu_ms: Math.round(measured.cpuMs),
    });
    return { ...state.secrets, ...measured.secrets, markers };
  }

  /** The markers; those that rest on a calibration only as far as anything is kept of the person. */
  private async markers(
    tx: Tx,
    { analysis, colourRatio, doubts }: Measured,
    { told, subjectRef, ttlSeconds }: { told: Told; subjectRef: string | null; ttlSeconds: number },
  ): Promise<Markers> {
    const nowMs = this.clock.nowMs();
    const wellness = told.estimates === 'wellness';
    const calibrations = subjectRef === null ? {} : await latestCalibrations(tx, subjectRef, { nowMs, ttlSeconds });
    const reference = { colourRatio, calibrations, wellness, nowMs };
    return withDoubts(markersOf({ analysis, person: personOf(told), reference }), doubts);
  }
}

/** What the request tells of the person, and nothing else of it. */
const personOf = (told: Told): PersonInputs => Object.fromEntries(PERSON_INPUTS.map((name) => [name, told[name]]));
const PERSON_INPUTS = Object.keys(personInput) as readonly (keyof typeof personInput)[];
