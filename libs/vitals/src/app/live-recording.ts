import type { z } from 'zod';
import type { PulseAnalysis } from '@smartscan/signal';
import { RECORDING_IDLE_SECONDS, RECORDING_MAX_SECONDS, type recording } from '@smartscan/contracts/vitals/recordings';
import { afterChunk, judgeChunk, NO_CHUNKS, type NumberedChunk } from '../domain/chunk-sequence.ts';
import { guide } from '../domain/guidance.ts';
import { decibels, rounded } from '../domain/rounding.ts';
import { problem } from '../domain/scan-problems.ts';
import type { AdmittedRecording, Measured, MeasureWatch } from './measure.ts';

export type RecordingAnswer = z.output<typeof recording>;

/** Seconds of recording between two previews. */
const PREVIEW_EVERY_SECONDS = 1;

/** How long a recording may take. */
export interface RecordingLimits {
  /** Without a chunk. */
  readonly idleMs: number;
  /** Altogether. */
  readonly wholeMs: number;
}

export const RECORDING_LIMITS: RecordingLimits = {
  idleMs: 1_000 * RECORDING_IDLE_SECONDS,
  wholeMs: 1_000 * RECORDING_MAX_SECONDS,
};

type Preview = RecordingAnswer['preview'];

const nothingYet: Pick<Preview, 'heart_rate' | 'snr_db' | 'reasons'> = {
  heart_rate: null,
  snr_db: null,
  reasons: ['too_short'],
};

const previewOf = ({ heartRate, snrDecibels }: PulseAnalysis): typeof nothingYet => ({
  heart_rate: heartRate.value === null ? null : rounded(heartRate.value, 1),
  snr_db: decibels(snrDecibels),
  reasons: [...heartRate.reasons],
});

/** A recording while it comes, in this process's memory and nowhere else. */
export class LiveRecording {
  #sequence = NO_CHUNKS;
  #seen = nothingYet;
  #seenAtSeconds = 0;
  #give: () => void = () => undefined;
  #drop: (reason: unknown) => void = () => undefined;
  readonly #whole: Promise<void>;
  readonly #limits: RecordingLimits;
  readonly #gathered: AdmittedRecording;
  #end: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #over = false;

  constructor(gathered: AdmittedRecording, limits: RecordingLimits) {
    this.#gathered = gathered;
    this.#limits = limits;
    this.#whole = new Promise((resolve, reject) => {
      this.#give = resolve;
      this.#drop = reject;
    });
    // Whoever measures it hears of it; until then nobody does.
    this.#whole.catch(() => undefined);
  }

  /**
   * Takes the next chunk, or leaves one that came again.
   *
   * @throws Fault as `judgeChunk` and the chunk's own; then the recording is as it was
   */
  take(chunk: NumberedChunk, bytes: Uint8Array): void {
    if (judgeChunk(this.#sequence, chunk) === 'repeat') return;
    this.#gathered.add(bytes);
    this.#sequence = afterChunk(this.#sequence, chunk);
    this.#listen();
    if (chunk.isLast) this.#give();
  }

  /** Looks for the pulse in what there is, where there is a second more of it than last time. */
  async glimpse(): Promise<void> {
    const { seconds } = this.#gathered;
    if (this.#over || seconds < this.#seenAtSeconds + PREVIEW_EVERY_SECONDS) return;
    this.#seenAtSeconds = seconds;
    const analysis = await this.#gathered.glimpse();
    if (analysis !== undefined && !this.#over) this.#seen = previewOf(analysis);
  }

  answer(id: string): RecordingAnswer {
    const { snr_db: snrDecibels } = this.#seen;
    return {
      id,
      next_sequence: this.#sequence.next,
      preview: { ...this.#seen, seconds: rounded(this.#gathered.seconds, 3) },
      guidance: this.complete || this.#over ? [] : guide({ ...this.#gathered.going, snrDecibels }),
    };
  }

  /** Whether the scan is over, or is given up and about to be. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether the last chunk was taken. */
  get complete(): boolean {
    return this.#sequence.complete;
  }

  /** Whether it was under this number that the recording ended. */
  endedWith(sequence: number): boolean {
    return this.complete && sequence === this.#sequence.next - 1;
  }

  /** Waits for the last chunk, then measures what came. */
  async measure(watch: MeasureWatch): Promise<Measured> {
    const cancel = (): void => this.#drop(problem('cancelled'));
    watch.signal.addEventListener('abort', cancel);
    try {
      if (watch.signal.aborted) cancel();
      this.#end = this.#giveUpAfter(this.#limits.wholeMs);
      this.#listen();
      await this.#whole;
      return await this.#gathered.run(watch);
    } finally {
      watch.signal.removeEventListener('abort', cancel);
      this.#forget();
    }
  }

  /** Gives it up, unless it is over. */
  drop(reason: Error): void {
    this.#drop(reason);
  }

  #forget(): void {
    clearTimeout(this.#end);
    clearTimeout(this.#idle);
    this.#over = true;
    this.#seen = nothingYet;
  }

  #listen(): void {
    clearTimeout(this.#idle);
    this.#idle = this.#giveUpAfter(this.#limits.idleMs);
  }

  #giveUpAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#drop(problem('recording_abandoned')), ms).unref();
  }
}
