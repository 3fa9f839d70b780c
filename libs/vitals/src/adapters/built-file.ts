import path from 'node:path';

/**
 * A file of the build, by its path below `adapters`: threads and processes of their own always run the build, and this file
 * stands at the same depth in `src` and in `dist`.
 */
export const builtFile = (name: string): string => path.resolve(import.meta.dirname, '../..', 'dist/adapters', name);
