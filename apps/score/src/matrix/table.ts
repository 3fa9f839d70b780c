import { meanOf } from '../pulse/folders.ts';
import type { Result } from './results.ts';

/** An emitted rate further off than this is false. */
const FALSE_FROM = 5;

/** The value that 95 % don't exceed, the next one where there is no such place. */
const ninetyFifth = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(0.95 * values.length) - 1)] ?? NaN;

const number = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '-');
const percent = (value: number): string => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : '-');

const errorsOf = (results: readonly Result[]): readonly number[] =>
  results.flatMap(({ value, truth }) => (value === null ? [] : [Math.abs(value - truth)]));

const falseOf = (errors: readonly number[]): number => errors.filter((error) => error > FALSE_FROM).length;

const scoreRow = (names: readonly string[], results: readonly Result[], constant: number): readonly string[] => {
  const errors = errorsOf(results);
  const wrong = falseOf(errors);
  return [
    ...names,
    String(results.length),
    percent(1 - errors.length / results.length),
    number(meanOf(errors)),
    number(ninetyFifth(errors)),
    errors.length === 0 ? '-' : `${percent(wrong / errors.length)} (${wrong} of ${errors.length})`,
    number(meanOf(results.map(({ truth }) => Math.abs(truth - constant)))),
  ];
};

/** Reasons by how often each was given. */
const reasonsOf = (results: readonly Result[]): string => {
  const counts = new Map<string, number>();
  for (const reason of results.flatMap(({ reasons }) => reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `\`${reason}\` ${count}`)
    .join(', ');
};

/** Results by a name, in the order in which the names first came. */
const grouped = (results: readonly Result[], nameOf: (result: Result) => string): ReadonlyMap<string, Result[]> => {
  const groups = new Map<string, Result[]>();
  for (const result of results) groups.set(nameOf(result), [...(groups.get(nameOf(result)) ?? []), result]);
  return groups;
};

/** Markdown with its columns in line, as the formatter wants it. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((cells) => cells[i]!.length)));
  const line = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!, fill)).join(' | ')} |`;
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rows.map((cells) => line(cells)),
  ].join('\n');
};

/** The tables of what was measured: rates by level, and what was not alive. */
export const tablesOf = (results: readonly Result[]): string => {
  const alive = results.filter((result) => result.alive);
  const constant = meanOf(alive.map(({ truth }) => truth));
  const head = ['n', 'refused', 'mean error', '95 % within', 'beyond 5 /min', 'error of the constant'];
  const rates = [...grouped(alive, ({ factor }) => factor)].flatMap(([factor, ofFactor]) =>
    [...grouped(ofFactor, ({ level }) => level)].map(([level, ofLevel]) =>
      scoreRow([factor, level], ofLevel, constant),
    ),
  );
  const dead = [
    ...grouped(
      results.filter((result) => !result.alive),
      ({ level }) => level,
    ),
  ].map(([level, ofLevel]) => [level, String(ofLevel.length), String(errorsOf(ofLevel).length), reasonsOf(ofLevel)]);
  return [
    '## Heart rate',
    table(['factor', 'level', ...head], [scoreRow(['all', ''], alive, constant), ...rates]),
    `The constant is ${number(constant)} /min, the mean of the truth over these videos.`,
    '## What is not alive',
    table(['video', 'n', 'numbers emitted', 'refused because of'], dead),
  ].join('\n\n');
};
