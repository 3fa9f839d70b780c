// Writes the tables of docs/documents.md out of the kinds of document, the kinds of device and the analytes: `npm run documents:update`. With
// --check it writes nothing and fails where the document is not what they give.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ANALYTES } from '@smartscan/documents/analytes';
import { DEVICES } from '@smartscan/documents/devices';
import { KINDS } from '@smartscan/documents/kinds';
import * as prettier from 'prettier';

const DOCUMENT = fileURLToPath(new URL('../../docs/documents.md', import.meta.url));

const row = (...cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('*', '\\*')).join(' | ')} |`;
const table = (heads, rows) => [
  row(...heads),
  row(...heads.map(() => '---')),
  ...rows.map((cells) => row(...cells)),
  '',
];
const code = (name) => `\`${name}\``;

const kinds = Object.entries(KINDS).flatMap(([name, { title, fields, lists, columns, sections }]) => [
  `### ${title}: ${code(name)}`,
  '',
  ...table(
    ['field', 'is', 'read as', 'labels'],
    Object.entries(fields).map(([field, { meaning, value, labels }]) => [
      code(field),
      meaning,
      value,
      labels.join(', '),
    ]),
  ),
  ...Object.entries(lists).flatMap(([list, holds]) => [`List ${code(list)}: ${holds}.`, '']),
  ...(Object.keys(columns).length === 0
    ? []
    : table(
        ['column', 'is', 'heads'],
        Object.entries(columns).map(([column, { meaning, heads }]) => [code(column), meaning, heads.join(', ')]),
      )),
  ...(Object.keys(sections).length === 0
    ? []
    : table(
        ['section', 'is', 'headings'],
        Object.entries(sections).map(([section, { meaning, headings }]) => [
          code(section),
          meaning,
          headings.join(', '),
        ]),
      )),
]);

const analytes = table(
  ['key', 'name', 'LOINC', 'code', 'UCUM'],
  ANALYTES.map(({ key, name, loinc, loincSource, ucum }) => [code(key), name, loinc, loincSource, code(ucum)]),
);

const UNSEEN = {
  taken: 'taken where none is seen',
  said: 'assumed where none is seen, and said',
  refused: 'only where it is seen',
};
const loincOf = (analyte) => ANALYTES.find(({ key }) => key === analyte)?.loinc ?? 'none';

const devices = Object.entries(DEVICES).flatMap(([name, { title, fields, layout, beyond }]) => [
  `### ${title}: ${code(name)}`,
  '',
  ...table(
    ['field', 'is', 'labels', 'unit', 'shown', 'digits behind the point', 'LOINC', 'unit'],
    Object.entries(fields).flatMap(([field, { meaning, labels, units }]) =>
      Object.entries(units).map(([ucum, { analyte, range, decimals, unseen }]) => [
        code(field),
        meaning,
        labels.join(', '),
        code(ucum),
        `${range[0]} to ${range[1]}`,
        decimals.join(' or '),
        loincOf(analyte),
        UNSEEN[unseen],
      ]),
    ),
  ),
  layout.order.length === 0
    ? 'What has no label is not read.'
    : `By place, where no label tells: ${layout.order.map(code).join(', ')}, from the top and from the left, ${layout.orderIs}.`,
  ...(beyond === null ? [] : [`Lo and Hi speak of ${code(beyond)}.`]),
  '',
]);

const PARTS = { kinds, devices, analytes };

const written = await readFile(DOCUMENT, 'utf8');
const filled = Object.entries(PARTS).reduce(
  (text, [name, lines]) =>
    text.replace(
      new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[^]*?(<!-- end of ${name} -->)`),
      (_, begin, end) => `${begin}\n${lines.join('\n')}\n${end}`,
    ),
  written,
);
const text = await prettier.format(filled, { ...(await prettier.resolveConfig(DOCUMENT)), parser: 'markdown' });
if (!process.argv.includes('--check')) {
  await writeFile(DOCUMENT, text);
} else if (written !== text) {
  console.error('docs/documents.md is not what the kinds and analytes give: npm run documents:update');
  process.exitCode = 1;
}
