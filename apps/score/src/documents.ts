/**
 * Scores the reading of documents and devices: `npm run -s score:documents -- LABELS.json [--told] [--table]`. With
 * `--told` each device's kind is given as a hint, as a caller who knows what was photographed does; with `--table` a table of
 * devices follows.
 *
 * LABELS.json lists either documents, {"base", "type", "gt": {FIELD: VALUE, …, "rows" | "meds": […]}}; beside it lie pictures
 * that are called as the base, an underscore and their quality: 00_lab_report_photo.jpg. Or photos of devices, {"file",
 * "device", "values": {NAME: VALUE}, "unit"}, as models/display-glyphs/1/scenes.py renders them.
 *
 * Prints a JSON line per picture, and a last line {"summary"}: of documents, fields and lab rows right, wrong and refused by
 * quality; of devices, readings that are exact, wrong and refused by device and by each factor of the picture. CPU per picture
 * and the most memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process, { argv, stderr, stdout } from 'node:process';
import type { DocumentReader } from '@smartscan/documents';
import { compare, type Comparison, type LabelledDocument } from './documents/compare.ts';
import type { LabelledPicture } from './displays/labelled-picture.ts';
import { deviceSummary, deviceTable, deviceTypeOf, scoreDevice, type ScoredDevice } from './documents/devices.ts';
import { openReader } from './documents/open-reader.ts';
import { summaryOf, type ScoredPicture } from './documents/summary.ts';
import { cpuMs } from './open-thread.ts';

const PICTURE = /^(.+)_([a-z]+)\.(?:png|jpe?g|webp|pdf)$/;

const print = (line: object): void => void stdout.write(`${JSON.stringify(line)}\n`);

const missesOf = ({ fields, rows }: Comparison): object[] =>
  [...fields, ...rows].filter(({ outcome }) => outcome !== 'right').map((one) => ({ ...one }));

const scoreDocuments = async (folder: string, documents: readonly LabelledDocument[], reader: DocumentReader) => {
  const scored: ScoredPicture[] = [];
  for (const file of readdirSync(folder).sort()) {
    const [, base, quality] = PICTURE.exec(file) ?? [];
    const truth = documents.find((document) => document.base === base);
    if (truth === undefined || quality === undefined) continue;
    const bytes = await readFile(join(folder, file));
    const before = cpuMs();
    const [document] = (await reader.read(bytes)).documents;
    const took = Math.round(cpuMs() - before);
    const comparison = compare(truth, document);
    scored.push({ quality, cpuMs: took, comparison });
    const count = (list: Comparison['rows']): string =>
      `${list.filter(({ outcome }) => outcome === 'right').length}/${list.length}`;
    const { rows, fields } = comparison;
    const { problems } = document.quality;
    print({
      ...{ file, type: document.kind, cpuMs: took, rows: count(rows), fields: count(fields), problems },
      misses: missesOf(comparison),
    });
  }
  return { n: scored.length, summary: summaryOf(scored), table: [] };
};

const scoreDevices = async (
  folder: string,
  labelled: readonly LabelledPicture[],
  { reader, isTold }: { readonly reader: DocumentReader; readonly isTold: boolean },
) => {
  const scored: ScoredDevice[] = [];
  for (const one of labelled) {
    const bytes = await readFile(join(folder, one.file));
    const before = cpuMs();
    const reading = await reader.read(bytes, isTold ? { kind: deviceTypeOf(one) } : {});
    const device = scoreDevice(one, reading, Math.round(cpuMs() - before));
    scored.push(device);
    print(device);
  }
  return { n: scored.length, summary: deviceSummary(scored), table: deviceTable(scored) };
};

const main = async (args: readonly string[]): Promise<number> => {
  const [truths] = args;
  if (truths === undefined || truths.startsWith('--')) {
    stderr.write('usage: score:documents LABELS.json [--told] [--table]\n');
    return 2;
  }
  const folder = dirname(truths);
  const labelled = JSON.parse(readFileSync(truths, 'utf8')) as LabelledDocument[] | LabelledPicture[];
  const isDevices = (all: typeof labelled): all is LabelledPicture[] => all.some((one) => 'device' in one);
  const { reader, close } = await openReader();
  const { n, summary, table } = isDevices(labelled)
    ? await scoreDevices(folder, labelled, { reader, isTold: args.includes('--told') })
    : await scoreDocuments(folder, labelled, reader);
  print({ summary: { ...summary, peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024) } });
  if (args.includes('--table')) stdout.write(`${table.join('\n')}\n`);
  await close();
  return n === 0 ? 1 : 0;
};

process.exitCode = await main(argv.slice(2));
