import path from 'node:path';

/** `models/` of the source tree, from this file in `src` or `dist`. */
export const MODELS_DIRECTORY = path.resolve(import.meta.dirname, '../../../../../models');
