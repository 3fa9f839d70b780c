import type { Inference } from '@smartscan/platform/ports';
import { inferenceFailed } from '../../domain/inference-faults.ts';
import { openPictureModel } from '../inference/picture-model.ts';
import type { FaceModels } from './face-tracker.ts';

/** The face models of a scan, and the version of each that it runs on where nobody says otherwise. */
export const FACE_MODELS = { 'face-detection': '1', 'face-landmarks': '1' } as const;

/** The versions that one scan runs on, from its first picture to its last. */
export type ModelVersions = Readonly<Record<string, string>>;

/** Digest of each model by name and version. */
export const digestsOf = (models: FaceModels): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.values(models).map(({ name, version, digest }) => [`${name}/${version}`, digest]));

/** @throws Fault where one isn't loaded */
export const openFaceModels = async (inference: Inference, versions: ModelVersions): Promise<FaceModels> => {
  const open = async (name: keyof typeof FACE_MODELS) => {
    const version = versions[name];
    if (version === undefined) throw inferenceFailed();
    return openPictureModel(inference, { name, version });
  };
  const [detection, landmarks] = await Promise.all([open('face-detection'), open('face-landmarks')]);
  return { detection, landmarks };
};
