import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Objects } from '../ports/objects.ts';
import { systemClock } from '../process/ids.ts';
import { fileObjects } from './files.ts';
import { versionOf, WRITTEN, WRITTEN_NAMES } from './test-writer.ts';

const KILLS = 12;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'smartscan-objects-crash-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs a writer until its first line, and on for a while; kills it; answers all lines that it said. */
async function killedWriter(from: number, afterMs: number): Promise<string[]> {
  const loader = join(__dirname, '../embedded/postgres/typescript-loader.cjs');
  const code = `require('${__dirname}/test-writer.ts').runWriter(process.env.DIRECTORY, ${from}, (line) => console.log(line))`;
  const child = spawn(process.execPath, ['-C', '@smartscan/source', '-r', loader, '-e', code], {
    cwd: __dirname,
    env: { ...process.env, DIRECTORY: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const gone = new Promise((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      lines.push(line);
      resolve();
    });
    child.once('close', () => resolve());
  });
  await sleep(afterMs);
  child.kill('SIGKILL');
  await gone;
  return lines;
}

/** The version of an object, which is a number only where every byte of it is that version's. */
async function wholeVersion(objects: Objects, name: string): Promise<number> {
  const content = await objects.get({ ...WRITTEN, name });
  const n = content.length - versionOf(0).length;
  return content.equals(versionOf(n)) ? n : NaN;
}

it('killed twelve times and more in the middle of puts: every object is whole, old or new, and no acknowledged put is lost', async () => {
  const acknowledged = new Map<string, number>();
  let drafts = 0;
  // As often again, five times at most, where no kill happened to fall into the writing itself.
  for (let kill = 0; kill < KILLS || (drafts === 0 && kill < 5 * KILLS); kill += 1) {
    const from = 1 + Math.max(0, ...acknowledged.values());
    for (const line of await killedWriter(from, Math.random() * 150)) {
      const [name = '', n = ''] = line.split(' ');
      acknowledged.set(name, Number(n));
    }
    const objects = await fileObjects(directory, systemClock);
    for (const name of WRITTEN_NAMES.filter((each) => acknowledged.has(each))) {
      const version = await wholeVersion(objects, name);
      expect(version).toBeGreaterThanOrEqual(acknowledged.get(name) ?? NaN);
      expect(version).toBeLessThanOrEqual(Math.max(...acknowledged.values()) + 1);
    }
    drafts = (await readdir(join(directory, '.drafts'))).length;
  }
  expect([...acknowledged.keys()].sort()).toEqual(WRITTEN_NAMES);
  // That the kills fell into the writing shows in what they left.
  expect(drafts).toBeGreaterThan(0);
}, 120_000);
