import path from 'node:path';
import type { InferenceStart } from '../inference/inference-start.ts';
import { FACE_MODELS, type ModelVersions } from './face-models.ts';

/** Which models scans run on, and how their threads come to them. */
export interface ScanModels {
  /** For a thread that begins. */
  start(): Promise<InferenceStart>;
  /** For a scan that begins: the versions that it has, which stay loaded until it is over. */
  lease(): { readonly versions: ModelVersions; release(): void };
}

/** `models/` of the source tree, from this file in `src` or `dist`. */
export const MODELS_DIRECTORY = path.resolve(import.meta.dirname, '../../../../../models');

/** Each thread holds the models itself, on the CPU. */
export const ownModels = (modelsDirectory: string = MODELS_DIRECTORY): ScanModels => ({
  start: () => {
    const models = Object.entries(FACE_MODELS).map(([name, version]) => ({ name, version }));
    return Promise.resolve({ kind: 'local', hold: { runtime: { modelsDirectory, engines: ['cpu'] }, models } });
  },
  lease: () => ({ versions: FACE_MODELS, release: () => undefined }),
});
