// Writes docs/markers.md out of the marker table: `npm run markers:update`. With --check it writes nothing and fails where
// the document is not what the table gives.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MARKER_DOMAINS, MARKER_NAMES, MARKER_NAMES_BY_DOMAIN } from '@smartscan/kernel';
import { MARKERS } from '@smartscan/vitals/marker-table';
import * as prettier from 'prettier';

const DOCUMENT = fileURLToPath(new URL('../../docs/markers.md', import.meta.url));

const headerOf = (input) =>
  `\`SmartScan-${input.replace(/(?:^|_)(.)/g, (_, letter, at) => (at > 0 ? '-' : '') + letter.toUpperCase())}\``;
const number = (value) => String(Number(value.toPrecision(2)));
const statusOf = (row) => (row.kind === 'unsupported' ? `\`unsupported\`: \`${row.reason}\`` : row.kind);

function needsOf(row) {
  if (row.kind !== 'derived') return [];
  return [
    ...(row.from.length > 0 ? [`Starts from: ${row.from.map((name) => `\`${name}\``).join(', ')}`] : []),
    ...(row.needs.length > 0 ? [`Headers of the request: ${row.needs.map(headerOf).join(', ')}`] : []),
  ];
}

const judgedBy = (row) => [
  `Plausible: ${row.plausible[0]} to ${row.plausible[1]}; anything else is refused`,
  `Needs: ${row.minimumSeconds} s of video, ${Math.round(100 * row.minimumCleanShare)} % of its beats clean`,
  `Confidence: the probability that the truth lies within ${row.tolerance} of the value`,
  `Error that the video does not show: ${number(row.residual)} in standard deviation. ${row.residualFrom}`,
  `Method: \`${row.method}\``,
];

const section = (name, row) => [
  `### ${name}`,
  '',
  `${row.title}, in \`${row.unit}\`${row.loinc === null ? '' : `, LOINC ${row.loinc}`}. ${statusOf(row)}.`,
  '',
  ...(row.kind === 'unsupported' ? [row.why, ''] : []),
  ...[
    `Formula: ${row.formula}`,
    `Source: ${row.source}`,
    ...needsOf(row),
    ...(row.kind === 'unsupported' ? [] : judgedBy(row)),
  ].map((line) => `- ${line.replaceAll('*', '\\*')}`),
  '',
];

const offered = MARKER_NAMES.filter((name) => MARKERS[name].kind !== 'unsupported');
const lines = [
  '# Markers',
  '',
  '<!-- Written by `npm run markers:update` out of the marker table; a test holds it to that. -->',
  '',
  `A scan answers with ${MARKER_NAMES.length} markers. ${offered.length} have a value where video and request allow it; the others say why no scan gives them. \`measured\` is read off the pulse, \`derived\` is a published formula over other markers and what the request tells of the person, \`summary\` sums up, \`estimated\` is not a camera's to measure: a reading of the person's own carried forward, or a guess on request. The interval of a derived marker holds the errors of what it starts from.`,
  '',
  'What no document can promise: errors on your cameras and your people. The figures here are those of the recordings that they name.',
  '',
  ...MARKER_DOMAINS.flatMap((domain) => [
    `## ${domain[0].toUpperCase()}${domain.slice(1)}`,
    '',
    ...MARKER_NAMES_BY_DOMAIN[domain].flatMap((name) => section(name, MARKERS[name])),
  ]),
];

const text = await prettier.format(lines.join('\n'), {
  ...(await prettier.resolveConfig(DOCUMENT)),
  parser: 'markdown',
});
if (!process.argv.includes('--check')) {
  await writeFile(DOCUMENT, text);
} else if ((await readFile(DOCUMENT, 'utf8').catch(() => '')) !== text) {
  console.error('docs/markers.md is not what the marker table gives: npm run markers:update');
  process.exitCode = 1;
}
