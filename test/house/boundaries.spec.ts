import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BAD, GOOD } from './bad-code.ts';
import { ROOT } from './tree.ts';

interface Found {
  readonly rule: string;
  readonly message: string;
}

/** With an empty cache, as on a fresh machine: there the boundary rule would skip itself, were its graph not made. */
async function lint(cases: readonly { readonly at: string; readonly code: string }[]): Promise<Found[][]> {
  const cache = mkdtempSync(join(tmpdir(), 'smartscan-graph-'));
  try {
    const child = spawn(process.execPath, ['test/house/lint-text.mjs'], {
      cwd: ROOT,
      env: { ...process.env, NX_WORKSPACE_DATA_DIRECTORY: cache },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(JSON.stringify(cases.map(({ at, code }) => ({ path: at, code }))));
    return JSON.parse(await text(child.stdout)) as Found[][];
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

describe('the boundaries are awake', () => {
  let found: Found[][];

  // Takes 10 s on two cores: one program over all projects.
  beforeAll(async () => {
    found = await lint([...BAD, ...GOOD]);
  }, 180_000);

  it.each(BAD.map((bad, at) => [bad.says, bad.rule, at] as const))('refused: %s (%s)', (_says, rule, at) => {
    expect(found[at]?.map((one) => one.rule)).toContain(rule);
  });

  it.each(GOOD.map((good, at) => [good.says, at] as const))('allowed: %s', (_says, at) => {
    expect(found[BAD.length + at]).toEqual([]);
  });
});
