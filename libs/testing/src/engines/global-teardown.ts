import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Cell } from '../cell/cell.ts';
import { testEngines } from './test-engines.ts';

export default async function globalTeardown(): Promise<void> {
  const { cellFile } = testEngines();
  // The services first: an engine that goes away under them makes them wait for it.
  if (existsSync(cellFile)) await (await Cell.attach(JSON.parse(await readFile(cellFile, 'utf8')) as never)).stop();
  await (globalThis as { disposeEngines?: () => Promise<void> }).disposeEngines?.();
}
