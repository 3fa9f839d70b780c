import type { InferenceStart, ModelVersions } from '@smartscan/inference';
import type { Extracted, ReadingWishes } from '../app/extract.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly inference: InferenceStart;
  readonly modelsDirectory: string;
}

/** What a worker is to read. */
export interface DocumentJob {
  readonly bytes: Uint8Array;
  readonly wishes: ReadingWishes;
  readonly versions: ModelVersions;
}

export type DocumentOutcome = Extracted;
export type DocumentStage = 'reading';
