import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Imports that are still there when types are gone, and not those that are made later. */
const IMPORT = /^(?:import|export) (?!type )[^;]*? from '([^']+)';/gm;

/** A lib of ours that is made for threads: what it loads counts. */
const IN_THREAD = '@smartscan/inference/in-thread';
const IN_THREAD_FILE = path.resolve(import.meta.dirname, '../../../../inference/src/in-thread.ts');

const packagesFrom = (file: string, seen = new Set<string>(), packages = new Set<string>()): Set<string> => {
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    if (from === IN_THREAD) packagesFrom(IN_THREAD_FILE, seen, packages);
    else if (!from.startsWith('.')) packages.add(from);
    else packagesFrom(path.resolve(path.dirname(file), from), seen, packages);
  }
  return packages;
};

describe('a thread that scans', () => {
  const worker = path.join(import.meta.dirname, 'worker.ts');

  it('loads few packages: all it holds is walked at each collection of garbage', () => {
    expect(existsSync(worker)).toBe(true);
    const packages = [...packagesFrom(worker)].filter((name) => !name.startsWith('node:'));
    // With a schema library and the platform's ports among them a scan took 0.2 s of CPU more (measured).
    // The container is read by another thread.
    expect(packages.sort()).toEqual(['@smartscan/kernel', '@smartscan/signal', 'onnxruntime-node']);
  });
});
