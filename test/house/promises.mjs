// Lists what must hold (docs/promises.md) with the tests whose titles say that they prove it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const MADE = new Set(['node_modules', 'dist', '.nx', '.git', '.smartscan', 'coverage']);

/** `P11: …`, `P11 P39: …` or `P11, P39: …` as the first argument of a call, such as `it` or `it.each(cases)`. */
const TITLE = /\(\s*(['"`])((?:P\d\d[,\s]*)+):\s*((?:\\[^]|(?!\1)[^\\])*)\1/g;

function* specsBelow(folder) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !MADE.has(entry.name)) yield* specsBelow(path);
    else if (entry.name.endsWith('.spec.ts')) yield path;
  }
}

const tests = new Map();
for (const path of ['apps', 'libs', 'test'].flatMap((folder) => [...specsBelow(folder)])) {
  for (const [, , ids, title] of readFileSync(join(ROOT, path), 'utf8').matchAll(TITLE)) {
    for (const id of ids.match(/P\d\d/g)) tests.set(id, [...(tests.get(id) ?? []), { path, title }]);
  }
}

const listed = readFileSync(join(ROOT, 'docs/promises.md'), 'utf8').matchAll(
  /^\| (P\d\d)\s+\| (\S.*?)\s+\| (\S.*?)\s+\|$/gm,
);
const promises = [...listed].map(([, id, owner, text]) => ({ id, owner, text }));
for (const { id, owner, text } of promises) {
  console.log(`${id} (${owner}) ${text}`);
  for (const { path, title } of tests.get(id) ?? []) console.log(`      ${path}: ${title.replaceAll(/\s+/g, ' ')}`);
}
const unknown = [...tests.keys()].filter((id) => !promises.some((promise) => promise.id === id));
if (unknown.length > 0) {
  console.log(`Tests name what docs/promises.md does not list: ${unknown.join(', ')}`);
  process.exitCode = 1;
}
console.log(`${promises.filter(({ id }) => tests.has(id)).length} of ${promises.length} promises have tests`);
