/** The models of text, and the versions that a reader was written for. */
export const TEXT_MODELS = { 'ppocr-detection': '1', 'ppocr-recognition': '1' } as const;

/** The models of displays, and the versions that a reader was written for. */
export const DISPLAY_MODELS = { 'display-glyphs': '1', 'display-lines': '1' } as const;

/** Versions of models by name. */
export type ModelVersions = Readonly<Record<string, string>>;

/** The version of a model that was asked for, or else the one that the reader was written for. */
export const versionOf = <N extends keyof typeof TEXT_MODELS | keyof typeof DISPLAY_MODELS>(
  name: N,
  versions: ModelVersions,
): string => versions[name] ?? { ...TEXT_MODELS, ...DISPLAY_MODELS }[name];
