import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './tree.ts';

describe('the bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smartscan-bench-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const bench = (name: string, source: string): { status: number | null; lines: string[]; last: unknown } => {
    writeFileSync(join(folder, `${name}.mjs`), source);
    const child = spawnSync(process.execPath, ['test/bench/run.mjs', name, '--in', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const lines = child.stdout.trimEnd().split('\n');
    return { status: child.status, lines, last: lines.at(-1)?.startsWith('{') ? JSON.parse(lines.at(-1) ?? '') : null };
  };

  it('compares medians of alternating rounds, the warm-up left out, and ends with one line of JSON', () => {
    const { status, lines, last } = bench(
      'even',
      `const turns = [];
       export const goal = 2;
       export const rounds = 4;
       const figures = { ours: [1000, 30, 10, 40, 20], reference: [1, 10, 10, 20, 10] };
       const next = (side) => { turns.push(side); return figures[side].shift(); };
       export const ours = () => next('ours');
       export const reference = async () => next('reference');
       export const teardown = () => console.log(turns.join(' '));`,
    );
    expect(lines[0]).toBe(Array(5).fill('ours reference').join(' '));
    expect({ status, last }).toEqual({ status: 0, last: { bench: 'even', ratio: 2.5, goal: 2 } });
    expect(lines.join('\n')).toMatch(/median of pairs 2\b/);
    expect(lines.join('\n')).toContain('MISSED');
  });

  it('knows figures of which more is better', () => {
    const { lines } = bench(
      'rate',
      "export const [goal, better, rounds] = [1, 'higher', 1];\nexport const ours = () => 3, reference = () => 2;",
    );
    expect(lines.join('\n')).toContain('at least 1: met');
  });

  it('fails, and cleans up, when the benchmark itself fails', () => {
    const broken =
      "export const goal = 1, teardown = () => console.log('gone');\nexport const reference = () => 1, ours = () => NaN;";
    expect(bench('broken', broken)).toMatchObject({ status: 1, lines: ['gone'] });
  });

  it('lists the benchmarks when it is asked for one that is none', () => {
    const child = spawnSync(process.execPath, ['test/bench/run.mjs', '../run'], { cwd: ROOT, encoding: 'utf8' });
    expect(child.status).toBe(2);
    expect(child.stdout).toContain('  gateway');
  });
});
