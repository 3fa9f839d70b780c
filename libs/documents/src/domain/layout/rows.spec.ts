import fc from 'fast-check';
import { LAB_REPORT } from '../kinds/lab-report.ts';
import { homographyBetween, project, quadOf, type Homography, type Point, type Quad } from '../picture/geometry.ts';
import { labelsOf, placesOf } from './labels.ts';
import { rowsOf } from './rows.ts';
import { textOf, type PageLine } from './spans.ts';
import { tableRows } from './table.ts';

const FLAT: Homography = [1, 0, 0, 0, 1, 0, 0, 0];
const PAGE = quadOf(0, 0, 1000, 1400);

/** A line of text 20 high, 11 a character wide. */
const line = (text: string, x: number, y: number, map: Homography = FLAT): PageLine => {
  const quad = quadOf(x, y, x + 11 * text.length, y + 20).map((point) => project(map, point)) as unknown as Quad;
  const characters = [...text].map((character, i) => ({
    character,
    confidence: 1,
    at: (i + 0.5) / text.length,
    second: undefined,
  }));
  return { page: 1, quad, characters };
};

const TABLE = [
  ['Test', 'Result', 'Unit', 'Reference Range', 'Flag'],
  ['Sodium', '139', 'mmol/L', '136 - 145', ''],
  ['Potassium', '5.6', 'mmol/L', '3.5 - 5.1', 'H'],
  ['Urea nitrogen', '', 'mg/dL', '7 - 20', ''],
  ['TSH', '2.31', 'mIU/L', '0.40 - 4.00', ''],
];
const COLUMNS = [60, 400, 520, 640, 900];

const table = (map: Homography, step = 34): PageLine[] =>
  TABLE.flatMap((row, i) =>
    row.flatMap((text, k) => (text === '' ? [] : [line(text, COLUMNS[k]!, 100 + step * i, map)])),
  );

const corner = (x: number, y: number, reach: number): fc.Arbitrary<Point> =>
  fc.record({
    x: fc.double({ min: x - reach, max: x + reach, noNaN: true }),
    y: fc.double({ min: y - reach, max: y + reach, noNaN: true }),
  });

describe('rows of a page', () => {
  it('are the same from whichever side it is seen: tilt and perspective are taken out by the lines themselves', () => {
    const corners = fc.tuple(corner(0, 0, 60), corner(1000, 0, 60), corner(1000, 1400, 60), corner(0, 1400, 60));
    fc.assert(
      fc.property(corners, (to) => {
        const map = homographyBetween(PAGE, to)!;
        const rows = rowsOf(table(map), FLAT).map(({ spans }) => spans.map(({ text }) => text));
        expect(rows).toEqual(TABLE.map((row) => row.filter((text) => text !== '')));
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  it('fill the columns whose heads they stand below, also where a cell is empty', () => {
    const rows = tableRows(rowsOf(table(FLAT), FLAT), { columns: LAB_REPORT.columns, first: 'name' });
    const texts = rows.map(({ cells }) =>
      Object.fromEntries(Object.entries(cells).map(([name, slices]) => [name, slices.map(textOf).join(' ')])),
    );
    expect(texts[1]).toEqual({ name: 'Potassium', value: '5.6', unit: 'mmol/L', reference: '3.5 - 5.1', flag: 'H' });
    expect(texts[2]).toEqual({ name: 'Urea nitrogen', unit: 'mg/dL', reference: '7 - 20' });
  });
});

describe('a label', () => {
  const find = (lines: readonly PageLine[]) => {
    const rows = rowsOf(lines, FLAT);
    const labels = labelsOf(rows, { name: ['patient name', 'name'], dob: ['dob'], id: ['member id'] });
    return labels.map((label) => [label.name, placesOf(label, rows, labels).map(textOf)]);
  };

  it('has its value behind it, up to the next label', () => {
    expect(find([line('Patient Name: Casey Testa DOB: 1961-04-19', 0, 0)])).toEqual([
      ['name', ['Casey Testa']],
      ['dob', ['1961-04-19']],
    ]);
  });

  it('has it in the next cell or below where nothing is behind it', () => {
    expect(find([line('Member ID', 0, 0), line('DOB', 300, 0), line('XYZ1', 0, 30), line('1961', 300, 30)])).toEqual([
      ['id', ['XYZ1']],
      ['dob', ['1961']],
    ]);
  });

  it('is no part of another word, and no last word of a sentence', () => {
    expect(find([line('Jane Q. Name', 0, 0)])).toEqual([]);
    expect(find([line('renamed: yes', 0, 0)])).toEqual([]);
  });
});
