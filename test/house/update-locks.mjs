// Freezes what the contracts publish: `npm run locks:update`. Writes what is new; what is locked stays as it is, since
// somebody may depend on it. `--force`, before the first release only, writes everything anew.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { compareLocks, extendLock, lockOf } from '@smartscan/contracts/lock';
import { OWNERS } from '@smartscan/contracts/owners';

const FOLDER = new URL('../../libs/contracts/lock/', import.meta.url);
const EMPTY = { events: {}, operations: {} };
const force = process.argv.includes('--force');

async function readLock(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return EMPTY;
    throw error;
  }
}

await mkdir(FOLDER, { recursive: true });
let broken = 0;
for (const owner of OWNERS) {
  const file = new URL(`${owner}.json`, FOLDER);
  const locked = await readLock(file);
  const published = lockOf(owner);
  const { added, changed, removed } = compareLocks(published, locked);
  const next = force ? published : extendLock(locked, published);
  await writeFile(file, `${JSON.stringify(next, null, 2)}\n`);
  for (const name of added) console.log(`locked      ${name}`);
  for (const name of changed) console.log(`${force ? 'locked anew' : 'CHANGED    '} ${name}`);
  for (const name of removed) console.log(`${force ? 'unlocked   ' : 'GONE       '} ${name}`);
  broken += changed.length + removed.length;
}
if (broken > 0 && !force) {
  console.log(
    'What is published must stay: make a v2 beside v1. Before the first release: npm run locks:update -- --force',
  );
  process.exitCode = 1;
}
