import { edits } from '../analytes/lookup.ts';
import { folded } from '../layout/labels.ts';
import { readUnit, UNIT_PRINTS } from '../values/units.ts';
import type { KindOfDevice } from './device.ts';
import { boxAround, boxOf, gapsBetween, type Box } from '../picture/geometry.ts';
import { wordsOf, type PrintedText } from './scene.ts';

/** A label or a unit of a kind of device, where it stands. */
export interface SeenLabel {
  readonly field: string;
  /** As the table of devices has it. */
  readonly name: string;
  readonly box: Box;
}
export interface SeenUnit {
  readonly ucum: string;
  readonly box: Box;
}
export interface SeenWords {
  readonly labels: readonly SeenLabel[];
  readonly units: readonly SeenUnit[];
}

interface Word {
  readonly text: string;
  readonly confidence: number;
  readonly box: Box;
}

/** A label has no more words than this: FEV1 / FVC. */
const MOST_WORDS = 3;

/** Runs of up to three neighbouring words of a printed line, each with its place. */
export const runsOf = (print: PrintedText): Word[] => {
  const words = wordsOf(print);
  return words.flatMap((_, i) =>
    words.slice(i, i + MOST_WORDS).map((__, more) => {
      const run = words.slice(i, i + more + 1);
      return {
        text: run.map(({ text }) => text).join(' '),
        confidence: print.confidence,
        box: boxAround(run.map(({ quad }) => boxOf(quad))),
      };
    }),
  );
};

/** A stroke of a unit is read as l, i or nothing: mgldl, mmoll. Ours, out of photos of displays as they are read. */
const withoutStrokes = (text: string): string => folded(text).replace(/[/l]/g, '');

const unitsOf = (device: KindOfDevice): ReadonlySet<string> =>
  new Set(Object.values(device.fields).flatMap(({ units }) => Object.keys(units)));

/** A unit is known by likeness from so many letters without strokes on, and with one of them misread from so many in all. */
const LEAST_ALIKE = 3;
const LEAST_NEAR = 4;

/**
 * A unit that one of the device's fields has; where the print is inexact, one that no other of them is like. What is more like
 * a unit that the device has not is that one: mgldl is no mg/h.
 */
const unitAmong = (text: string, units: ReadonlySet<string>): string | undefined => {
  const exact = readUnit(text)?.ucum;
  if (exact !== undefined) return units.has(exact) ? exact : undefined;
  const key = withoutStrokes(text);
  if (key.length < LEAST_ALIKE) return undefined;
  const within = (most: number): ReadonlySet<string> =>
    new Set(UNIT_PRINTS.filter(([print]) => edits(withoutStrokes(print), key) <= most).map(([, ucum]) => ucum));
  const alike = within(0);
  const like = alike.size > 0 || text.length < LEAST_NEAR ? alike : within(1);
  const own = [...like].filter((ucum) => units.has(ucum));
  return own.length === 1 ? own[0] : undefined;
};

/** A label from so many letters on is known with one of them missing: SpO%. */
const LEAST_LETTERS = 5;

const misses = (text: string, label: string): boolean =>
  label.length >= LEAST_LETTERS &&
  text.length === label.length - 1 &&
  [...label].some((_, at) => label.slice(0, at) + label.slice(at + 1) === text);

/** A label may stand right before or behind a unit, without a space: SYSmmHg, bpmPR. */
const labelWith = (text: string, label: string): string | undefined => {
  const [all, own] = [folded(text), folded(label)];
  if (all === own || misses(all, own)) return '';
  if (own.length < 2) return undefined;
  if (all.startsWith(own)) return all.slice(own.length);
  return all.endsWith(own) ? all.slice(0, -own.length) : undefined;
};

/** Labels count where they are read as surely as this; two letters, which are read into much that is none, as IO, than that. Ours. */
const SURE = 0.35;
const SHORT = 2;
const SURE_OF_SHORT = 0.6;

const isSure = ({ confidence }: Word, name: string): boolean =>
  confidence >= (folded(name).length <= SHORT ? SURE_OF_SHORT : SURE);

const labelsIn = (word: Word, device: KindOfDevice, units: ReadonlySet<string>): SeenWords => {
  // Letters that look like digits are as those: the 10 of a date would be LO.
  if (!/\p{L}/u.test(word.text)) return { labels: [], units: [] };
  const labels: SeenLabel[] = [];
  const found: SeenUnit[] = [];
  for (const [field, { labels: names }] of Object.entries(device.fields)) {
    for (const name of names) {
      const rest = labelWith(word.text, name);
      if (rest === undefined || !isSure(word, name)) continue;
      const unit = rest.length < 2 ? undefined : unitAmong(rest, units);
      if (rest !== '' && unit === undefined) continue;
      labels.push({ field, name, box: word.box });
      if (unit !== undefined) found.push({ ucum: unit, box: word.box });
    }
  }
  return { labels, units: found };
};

/** Labels and units of a kind of device among what is printed. */
export const wordsFor = (device: KindOfDevice, printed: readonly PrintedText[]): SeenWords => {
  const units = unitsOf(device);
  const words = printed.flatMap(runsOf);
  const found = words.map((word) => labelsIn(word, device, units));
  const alone = words.flatMap((word) => {
    const ucum = unitAmong(word.text, units);
    return ucum === undefined ? [] : [{ ucum, box: word.box }];
  });
  return {
    labels: found.flatMap(({ labels }) => labels),
    units: [...alone, ...found.flatMap(({ units: beside }) => beside)],
  };
};

/** How far from a number its label can stand, in heights of its digits, and what each side costs. Ours. */
const REACH = 3;
const ABOVE = 0.4;
const BEHIND = 0.3;
const BELOW = 0.8;
/** Words whose middle is this near the middle of the digits, in their heights, are in one row with them. */
const SAME_ROW = 0.6;
/** Words above or below digits begin or end no further beside them than this. */
const ASIDE = 0.6;

const distanceTo = (label: Box, digits: Box): number => {
  const height = Math.max(1, digits.bottom - digits.top);
  const gaps = gapsBetween(label, digits);
  const [across, down] = [gaps.across / height, gaps.down / height];
  const middle = (label.top + label.bottom - digits.top - digits.bottom) / 2 / height;
  if (across > 0 && Math.abs(middle) < SAME_ROW) return across + (label.left > digits.left ? BEHIND : 0);
  if (across > ASIDE) return Infinity;
  return across + down + (middle < 0 ? ABOVE : BELOW);
};

/** 0-1: how much a label belongs to a number, by where it stands: before it, behind it, above or below. */
export const affinity = (label: Box, digits: Box): number => Math.max(0, 1 - distanceTo(label, digits) / REACH);
