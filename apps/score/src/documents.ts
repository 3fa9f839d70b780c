/**
 * Scores the reading of documents: `npm run -s score:documents -- GT.json`.
 *
 * GT.json lists documents: {"base", "type", "gt": {FIELD: VALUE, …, "rows" | "meds": […]}}; beside it lie pictures that are
 * called as the base, an underscore and their quality: 00_lab_report_photo.jpg.
 *
 * Prints a JSON line per picture: {"file", "type", "cpuMs", "rows", "fields", "misses"}, and a last line {"summary"}: fields and
 * lab rows right, wrong and refused by quality, CPU per picture and the most memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import process, { argv, stderr, stdout } from 'node:process';
import { compare, type Comparison, type LabelledDocument } from './documents/compare.ts';
import { openReader } from './documents/open-reader.ts';
import { summaryOf, type ScoredPicture } from './documents/summary.ts';

const MODELS_DIRECTORY = resolve(import.meta.dirname, '../../../models');
const PICTURE = /^(.+)_([a-z]+)\.(?:png|jpe?g|webp|pdf)$/;

const print = (line: object): void => void stdout.write(`${JSON.stringify(line)}\n`);

const missesOf = ({ fields, rows }: Comparison): object[] =>
  [...fields, ...rows].filter(({ outcome }) => outcome !== 'right').map((one) => ({ ...one }));

const main = async (args: readonly string[]): Promise<number> => {
  const [truths] = args;
  if (truths === undefined) {
    stderr.write('usage: score:documents GT.json\n');
    return 2;
  }
  const folder = dirname(truths);
  const documents = JSON.parse(readFileSync(truths, 'utf8')) as LabelledDocument[];
  const { reader, close } = await openReader(MODELS_DIRECTORY);
  const scored: ScoredPicture[] = [];
  for (const file of readdirSync(folder).sort()) {
    const [, base, quality] = PICTURE.exec(file) ?? [];
    const truth = documents.find((document) => document.base === base);
    if (truth === undefined || quality === undefined) continue;
    const bytes = await readFile(join(folder, file));
    const before = process.cpuUsage();
    const { document } = await reader.read(bytes);
    const { user, system } = process.cpuUsage(before);
    const comparison = compare(truth, document);
    const cpuMs = Math.round((user + system) / 1000);
    scored.push({ quality, cpuMs, comparison });
    const count = (list: Comparison['rows']): string =>
      `${list.filter(({ outcome }) => outcome === 'right').length}/${list.length}`;
    const { rows, fields } = comparison;
    print({ file, type: document.kind, cpuMs, rows: count(rows), fields: count(fields), misses: missesOf(comparison) });
  }
  const peakMemoryMb = Math.round(process.resourceUsage().maxRSS / 1024);
  print({ summary: { ...summaryOf(scored), peakMemoryMb } });
  await close();
  return scored.length === 0 ? 1 : 0;
};

process.exitCode = await main(argv.slice(2));
