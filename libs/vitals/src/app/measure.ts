import type { PulseAnalysis } from '@smartscan/signal';
import type { RECORDED } from '@smartscan/contracts/vitals/recorded';
import type { InputOf } from '@smartscan/contracts/operation';
import type { startScan } from '@smartscan/contracts/vitals';
import type { Chunks } from '@smartscan/platform/ports';
import type { Going } from '../domain/guidance.ts';
import type { WitnessReason } from '../domain/marker.ts';
import type { ScanSecrets, ScanState } from './active-scan.ts';

export interface Measured {
  readonly analysis: PulseAnalysis;
  readonly secrets: Pick<ScanSecrets, 'quality' | 'timings_ms' | 'models'>;
  /** Depth of the pulse in red over that in blue; null where there is none. For estimates, and kept nowhere. */
  readonly colourRatio: number | null;
  /** What nobody watched while it was recorded. */
  readonly doubts: readonly WitnessReason[];
  readonly frames: number;
  readonly cpuMs: number;
}

/** What a device made of a video. */
export type Content = (typeof RECORDED)[number];

/** What a scan is let in by. */
export interface Admission {
  readonly tenant: string;
  readonly lane: NonNullable<InputOf<typeof startScan>['lane']>;
  readonly declaredBytes: number | undefined;
  /** What the body is. */
  readonly content: 'video' | Content;
  /** `undefined`: as long as the lane is given by default. */
  readonly deadlineSeconds: number | undefined;
}

export interface MeasureWatch {
  readonly signal: AbortSignal;
  /** `received` comes when the whole body did and there is time for what it holds. */
  readonly onProgress: (stage: ScanState['stage'], share: number) => void;
}

/** A scan that was let in. It is in memory only; what it throws is the scan's problem as a Fault. */
interface LetIn {
  /** It is over, whether or not it ran. */
  leave(): void;
}

/** Turns the bytes of a video, or of what a device made of one, into vitals. */
export interface Admitted extends LetIn {
  run(body: Chunks, watch: MeasureWatch): Promise<Measured>;
}

/** Gathers what a device records, chunk by chunk, and turns it into vitals. */
export interface AdmittedRecording extends LetIn {
  /** What another chunk holds; a Fault, and all as it was, where it does not go on from what there is. */
  add(chunk: Uint8Array): void;
  /** Gathered so far. */
  readonly seconds: number;
  /** What guidance is made from, as far as it was looked at. */
  readonly going: Omit<Going, 'snrDecibels'>;
  /** The pulse of the latest seconds, if somebody has nothing else to do just now; `undefined` where nobody has. */
  glimpse(): Promise<PulseAnalysis | undefined>;
  run(watch: MeasureWatch): Promise<Measured>;
}

/** What a recording is let in by. */
export interface RecordingAdmission extends Pick<Admission, 'tenant' | 'deadlineSeconds'> {
  readonly content: Content;
}

export interface Measure {
  /** A Fault where the scan could not be over in time, or there is no room for it. */
  admit(admission: Admission): Admitted;
  admitRecording(admission: RecordingAdmission): AdmittedRecording;
}
