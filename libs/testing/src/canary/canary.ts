import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';

/** The forms in which a text could have got somewhere: as it is, as UTF-16, base64 at each of three offsets, hex. */
function formsOf(canary: string): readonly Buffer[] {
  const bytes = Buffer.from(canary, 'utf8');
  const base64 = [0, 1, 2].map((shift) => {
    // Cut what depends on the neighbours: the first and last characters of an unaligned base64 run.
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(shift === 0 ? 0 : shift + 1, -2);
  });
  const forms = [canary, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64].map((text) =>
    Buffer.from(text, 'latin1'),
  );
  return [...forms, Buffer.from(canary, 'utf16le')];
}

export const holds = (haystack: Uint8Array | string, canary: string): boolean => {
  const buffer =
    typeof haystack === 'string'
      ? Buffer.from(haystack, 'utf8')
      : Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength);
  return formsOf(canary).some((form) => buffer.includes(form));
};

/**
 * Files below a directory, database pages and write-ahead log included, that hold any of the canaries in any form. Each is
 * read once, however many these are.
 */
export async function filesWith(directory: string, ...canaries: readonly string[]): Promise<string[]> {
  const forms = canaries.flatMap(formsOf);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A file that went away while we looked holds nothing any more.
    const content = await readFile(path).catch(() => undefined);
    if (content && forms.some((form) => content.includes(form))) found.push(path);
  }
  return found;
}

/** Tables of all schemas in which any row holds the canary in any form; `admin` must see every row. */
export async function tablesWith(admin: Client, canary: string): Promise<string[]> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  // Binary columns print as hex, so the hexadecimal forms find what stands in those.
  const needles = formsOf(canary).flatMap((form) => [
    form.toString('latin1').replaceAll('\0', ''),
    form.toString('hex'),
  ]);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await admin.query<{ hit: boolean }>(
      `SELECT EXISTS (SELECT FROM ${name} AS kept WHERE EXISTS (SELECT FROM unnest($1::text[]) AS needle WHERE position(needle in kept::text) > 0)) AS hit`,
      [needles],
    );
    if (rows[0]?.hit) found.push(name);
  }
  return found;
}
