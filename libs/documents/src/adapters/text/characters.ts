import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '@smartscan/kernel';
import { alphabetOf, type Alphabet } from '../../domain/text/transcribe.ts';
import { versionOf, type ModelVersions } from '../model-versions.ts';

interface RecognitionConfig {
  readonly beside: readonly [{ readonly file: string; readonly digest: string }];
}

/**
 * The characters that the recogniser's output stands for, verified as a model file is.
 *
 * @param modelsDirectory the folder that holds `ppocr-recognition/` and the like
 * @throws Fault internal documents.model_missing, documents.model_altered
 */
export const loadAlphabet = async (modelsDirectory: string, versions: ModelVersions = {}): Promise<Alphabet> => {
  const folder = path.join(modelsDirectory, 'ppocr-recognition', versionOf('ppocr-recognition', versions));
  const remedy = 'Build the models: node models/build.mjs';
  try {
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as RecognitionConfig;
    const bytes = await readFile(path.join(folder, config.beside[0].file));
    if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` === config.beside[0].digest) {
      return alphabetOf(bytes.toString('utf8'));
    }
  } catch {
    throw new Fault('internal', 'documents.model_missing', 'A model file is missing.', { remedy });
  }
  throw new Fault('internal', 'documents.model_altered', 'A model file is not the one that was reviewed.', { remedy });
};
