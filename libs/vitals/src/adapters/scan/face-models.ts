import type { Inference } from '@smartscan/platform/ports';
import { inferenceFailed, openPictureModel } from '@smartscan/inference/in-thread';
import type { ModelVersions } from '@smartscan/inference';
import type { FaceModels } from './face-tracker.ts';

/** The face models of a scan, and the version of each that it runs on where nobody says otherwise. */
export const FACE_MODELS = { 'face-detection': '1', 'face-landmarks': '1' } as const;

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
