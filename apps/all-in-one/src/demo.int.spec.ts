import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MAIN = join(import.meta.dirname, '../dist/main.js');

interface LastLine {
  readonly truth: { readonly heart_rate: number; readonly hrv_sdnn: number; readonly respiratory_rate: number };
  readonly result: {
    readonly markers: Readonly<
      Record<string, { readonly value: number; readonly unit: string; readonly status: string }>
    >;
  };
}

describe('npm run demo', () => {
  it('ends with the truth and the API’s answer, heart rate within 1 bpm, SDNN within 10 ms, and leaves nothing behind', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--demo'], { maxBuffer: 1 << 24 });
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as LastLine;
    const value = (name: string): number => last.result.markers[name]?.value ?? Number.NaN;
    expect(Math.abs(value('heart_rate') - last.truth.heart_rate)).toBeLessThanOrEqual(1);
    expect(Math.abs(value('hrv_sdnn') - last.truth.hrv_sdnn)).toBeLessThanOrEqual(10);
    expect(Math.abs(value('respiratory_rate') - last.truth.respiratory_rate)).toBeLessThanOrEqual(2);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('smartscan-demo-'))).toEqual([]);
  }, 180_000);
});
