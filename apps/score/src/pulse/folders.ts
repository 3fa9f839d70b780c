import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A folder under the root that is scored. */
export interface Folder {
  readonly path: string;
  /** Path below the root, for the report. */
  readonly name: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Deeper than this lies no recording: root, set, hand or subject. */
const DEEPEST = 4;

const folderAt = (root: string, path: string): Folder => {
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name));
  return {
    path,
    name: relative(root, path),
    files: entries.filter((entry) => entry.isFile()).map((entry) => entry.name),
    folders: entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
  };
};

/** The root and the folders below it, parents first. */
export function* walk(root: string, path = root, depth = 0): Iterable<Folder> {
  const folder = folderAt(root, path);
  yield folder;
  if (depth >= DEEPEST) return;
  for (const name of folder.folders) yield* walk(root, join(path, name), depth + 1);
}

/** Larger files hold no recording of ours; 4 hours at 60 fps are about 60 MB. */
const LARGEST_FILE_BYTES = 200 * 1024 * 1024;

export interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A CSV without quotes. Throws an Error with a plain message on a file that is too large or empty. */
export const readCsv = (path: string): Csv => {
  if (statSync(path).size > LARGEST_FILE_BYTES) throw new Error('file is too large');
  const lines = readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const [header, ...rows] = lines.map((line) => line.split(',').map((cell) => cell.trim()));
  if (header === undefined || rows.length === 0) throw new Error('file has no rows');
  return { header, rows };
};

/** One column as numbers; what is empty or no number is NaN. */
export const column = ({ rows }: Csv, index: number): Float64Array =>
  Float64Array.from(rows, (row) => {
    const cell = row[index] ?? '';
    return cell === '' ? NaN : Number(cell);
  });

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};
