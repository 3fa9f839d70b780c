import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The last folder called `src` in a path. */
const SOURCES = new RegExp(`\\${path.sep}src\\${path.sep}(?!.*\\${path.sep}src\\${path.sep})`);

/**
 * A file of the build: threads and processes of their own always run the build, whatever their parent runs from.
 *
 * @param from the `import.meta.url` of whoever starts it, in `src` or in `dist`
 * @param name relative to that, `./thread.js`
 */
export const builtFile = (from: string, name: string): string =>
  fileURLToPath(new URL(name, from)).replace(SOURCES, `${path.sep}dist${path.sep}`);
