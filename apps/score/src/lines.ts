/**
 * Counts the lines that are read where they were drawn: `npm run -s score:lines -- LABELS.json`, of what
 * `models/display-glyphs/1/scenes.py` renders. Each value is cut out by the glyphs it was drawn with, and read by the reader of
 * lines and by PP-OCR's recogniser, on the same pixels. Prints a table.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process, { argv, stderr, stdout } from 'node:process';
import {
  decodePicture,
  LineReader,
  loadAlphabet,
  quadOfGlyphs,
  quadTurnedBack,
  TextReader,
  type Glyph,
  type GlyphSymbol,
  type Turn,
} from '@smartscan/documents';
import { DOCUMENT_MODELS } from '@smartscan/documents/models';
import { readTruth, stepOf, type DrawnGlyph, type LabelledPicture } from './displays/labelled-picture.ts';
import { MODELS } from './learned/network.ts';
import { cpuMs, openThread } from './open-thread.ts';

/** Around the digits, in their heights: as both are shown them first. */
const MARGIN = 0.2;
const DIGIT_STEPS = [12, 20, 40, 80];

interface ReadLine {
  readonly look: string;
  readonly height: number;
  readonly ours: boolean;
  readonly printed: boolean;
}

interface DrawnLine {
  readonly text: string;
  readonly glyphs: readonly Glyph[];
}

const linesOf = ({ glyphs = [] }: LabelledPicture): DrawnLine[] => {
  const roles = new Map<string, DrawnGlyph[]>();
  for (const glyph of glyphs) {
    if (glyph.role !== undefined) roles.set(glyph.role, [...(roles.get(glyph.role) ?? []), glyph]);
  }
  return [...roles.values()].map((drawn) => {
    const sorted = drawn.toSorted((a, b) => a.x - b.x);
    return {
      text: sorted.map(({ symbol }) => symbol).join(''),
      glyphs: sorted.map((one) => ({ ...one, symbol: one.symbol as GlyphSymbol, confidence: 1 })),
    };
  });
};

const textOf = (characters: readonly { readonly character: string }[]): string =>
  characters.map(({ character }) => character).join('');

const row = (name: string, lines: readonly ReadLine[]): string => {
  const share = (of: (line: ReadLine) => boolean): string =>
    ((100 * lines.filter(of).length) / lines.length).toFixed(1);
  return `| ${[name, lines.length, share(({ ours }) => ours), share(({ printed }) => printed)].join(' | ')} |`;
};

const tableOf = (lines: readonly ReadLine[], cpu: { readonly ours: number; readonly printed: number }): string[] => {
  const groups = new Map<string, ReadLine[]>();
  for (const line of lines) {
    const keys = [`look ${line.look}`, `digit_px ${stepOf(DIGIT_STEPS, line.height)!}`];
    for (const key of keys) groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  const sorted = [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  return [
    '| lines | n | read right, % | by PP-OCR, % |',
    '| --- | --- | --- | --- |',
    row('all', lines),
    ...sorted.map(([name, group]) => row(name, group)),
    '',
    `CPU a line: ${(cpu.ours / lines.length).toFixed(1)} ms, PP-OCR ${(cpu.printed / lines.length).toFixed(1)} ms`,
  ];
};

const main = async ([file]: readonly string[]): Promise<number> => {
  if (file === undefined) {
    stderr.write('usage: score:lines LABELS.json\n');
    return 2;
  }
  const thread = await openThread(DOCUMENT_MODELS);
  try {
    const reader = new LineReader(thread.holder);
    const text = new TextReader(thread.holder, await loadAlphabet(MODELS));
    const lines: ReadLine[] = [];
    const cpu = { ours: 0, printed: 0 };
    for (const labelled of readTruth(file)) {
      const picture = await decodePicture(readFileSync(path.join(path.dirname(file), labelled.file)));
      for (const drawn of linesOf(labelled)) {
        const quad = quadTurnedBack(quadOfGlyphs(drawn.glyphs, MARGIN), (labelled.turn ?? 0) as Turn, picture);
        const start = cpuMs();
        const ours = textOf(await reader.read(picture, quad));
        const between = cpuMs();
        const printed = textOf(await text.read(picture, quad)).replace(/\s/g, '');
        cpu.ours += between - start;
        cpu.printed += cpuMs() - between;
        lines.push({
          look: String(labelled.factors?.['look']),
          height: Math.max(...drawn.glyphs.map(({ height }) => height)),
          ours: ours === drawn.text,
          printed: printed === drawn.text,
        });
      }
    }
    stdout.write(`${tableOf(lines, cpu).join('\n')}\n`);
    return lines.length === 0 ? 1 : 0;
  } finally {
    await thread.close();
  }
};

process.exitCode = await main(argv.slice(2));
