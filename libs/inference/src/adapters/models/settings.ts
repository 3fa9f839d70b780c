import { z } from 'zod';
import { ENGINES } from './engines.ts';
import { MODELS_DIRECTORY } from './models-directory.ts';

const engines = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(ENGINES)).min(1))
  .refine(
    (names) => names.lastIndexOf('tensorflow') <= 0,
    'tensorflow is tried before onnxruntime: it has to be first',
  );

/** Frames go this way: in the clear no further than this machine. */
const serverUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}, 'must be https, unless it is on this machine');

const VERSION = /^([a-z0-9_-]+)=(\d+)(?:@(\d{1,2}(?:\.\d+)?))?$/;

/** A version of a model, for all scans or for a share of them. */
export interface WantedVersion {
  readonly name: string;
  readonly version: string;
  readonly share: number;
}

/** `a=1,a=2@5` → 1 for all scans, then 2 for a twentieth of them */
const readVersions = (text: string, context: z.RefinementCtx): readonly WantedVersion[] => {
  const wanted: WantedVersion[] = [];
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [, name, version, percent = '100'] = VERSION.exec(part.trim()) ?? [];
    if (name === undefined || version === undefined) {
      context.addIssue({ code: 'custom', message: 'is not a list of MODEL=VERSION or MODEL=VERSION@PERCENT' });
      return z.NEVER;
    }
    wanted.push({ name, version, share: Number(percent) / 100 });
  }
  return wanted;
};

/** What those who run the models set: docs/inference.md says what each is for. */
export const inferenceSettings = {
  modelsDirectory: z.string().default(MODELS_DIRECTORY),
  /** What models run on, in the order in which it is tried; the CPU in any case. */
  executionProviders: engines.default(['cpu']),
  /** A server that runs the models, over the Open Inference Protocol; without it, this process does. */
  inferenceUrl: serverUrl.optional(),
  /** Where others may run the models of this process; without it, nowhere. */
  inferencePort: z.coerce.number().int().min(0).max(65_535).optional(),
  inferenceHost: z.string().default('127.0.0.1'),
  /** Rows of a batch at most, and so what a GPU's memory has to hold. More scans at once are few on one GPU. Ours. */
  maxBatch: z.coerce.number().int().min(1).max(128).default(16),
  /** How long a picture may wait for others, milliseconds: less than the run that it saves. Ours. */
  batchDelayMs: z.coerce.number().min(0).max(100).default(2),
  /** Versions other than those that the scan was written for, for all scans or for some of a hundred. */
  modelVersions: z.string().default('').transform(readVersions),
};
export type InferenceSettings = z.output<z.ZodObject<typeof inferenceSettings>>;
