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
  LINE_MARGIN,
  LineReader,
  loadAlphabet,
  quadOfGlyphs,
  quadTurnedBack,
  TextReader,
  textRead,
  type Glyph,
  type GlyphSymbol,
  type Turn,
} from '@smartscan/documents';
import { DOCUMENT_MODELS } from '@smartscan/documents/models';
import { grouped, percent } from './displays/groups.ts';
import { FACTORS, readTruth, stepOf, type LabelledPicture } from './displays/labelled-picture.ts';
import { MODELS } from './learned/network.ts';
import { cpuMs, openThread } from './open-thread.ts';

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
  return grouped(glyphs, ({ role }) => role).map(([, drawn]) => {
    const sorted = drawn.toSorted((a, b) => a.x - b.x);
    return {
      text: sorted.map(({ symbol }) => symbol).join(''),
      glyphs: sorted.map((one) => ({ ...one, symbol: one.symbol as GlyphSymbol, confidence: 1 })),
    };
  });
};

const row = (name: string, lines: readonly ReadLine[]): string => {
  const share = (of: (line: ReadLine) => boolean): string => percent(lines.filter(of).length, lines.length);
  return `| ${[name, lines.length, share(({ ours }) => ours), share(({ printed }) => printed)].join(' | ')} |`;
};

const tableOf = (lines: readonly ReadLine[], cpu: { readonly ours: number; readonly printed: number }): string[] => {
  const groups = [
    ...grouped(lines, ({ height }) => `digit_px ${stepOf(FACTORS['digit_px']!, height)!}`),
    ...grouped(lines, ({ look }) => `look ${look}`),
  ];
  return [
    '| lines | n | read right, % | by PP-OCR, % |',
    '| --- | --- | --- | --- |',
    row('all', lines),
    ...groups.map(([name, group]) => row(name, group)),
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
        const quad = quadTurnedBack(quadOfGlyphs(drawn.glyphs, LINE_MARGIN), (labelled.turn ?? 0) as Turn, picture);
        const start = cpuMs();
        const ours = textRead(await reader.read(picture, quad));
        const between = cpuMs();
        const printed = textRead(await text.read(picture, quad)).replace(/\s/g, '');
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
