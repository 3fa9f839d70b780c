import { systemClock } from '../process/ids.ts';
import { fileObjects } from './files.ts';

/** What a writer writes to, and how large its objects are: large enough that a kill falls into the writing. */
export const WRITTEN = { tenant: 'wsp_1', category: 'vitals' } as const;
export const WRITTEN_NAMES = ['a', 'b', 'c', 'd'];
const BYTES = 3_000_000;

/** Version `n` of an object: its size and every byte of it follow from `n`. */
export const versionOf = (n: number): Buffer => Buffer.alloc(BYTES + n, n % 251);

/**
 * A process to be killed: replaces its objects again and again, two at a time, and says a line for every put that was
 * acknowledged: `name n`.
 */
export async function runWriter(directory: string, from: number, say: (line: string) => void): Promise<void> {
  const objects = await fileObjects(directory, systemClock);
  const lane = async (names: readonly string[]): Promise<void> => {
    for (let n = from; ; n += 1) {
      for (const name of names) {
        await objects.put({ ...WRITTEN, name }, versionOf(n));
        say(`${name} ${n}`);
      }
    }
  };
  await Promise.all([lane(WRITTEN_NAMES.slice(0, 2)), lane(WRITTEN_NAMES.slice(2))]);
}
