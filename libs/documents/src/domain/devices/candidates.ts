import { agreedLine, type AgreedLine } from './agreement.ts';
import { readNumeral, type Numeral } from './numerals.ts';
import { boxOf, heightOfGlyphs, type Box, type SeenLine } from './scene.ts';

/** A line of a display that may be a value. */
export interface Candidate {
  readonly line: SeenLine;
  readonly agreed: AgreedLine;
  readonly numeral: Numeral;
  readonly box: Box;
  readonly height: number;
}

/** A colon, a slash or a dash between digits is a clock's or a date's, whichever of the two readers saw it. */
const isClock = ({ text, seconds }: SeenLine): boolean =>
  [text, ...seconds.map((characters) => characters.map(({ character }) => character).join(''))].some(
    (seen) => /\d\s?[:/-]\s?\d/.test(seen) || /\d\s?[ap]m\b/i.test(seen),
  );

export const candidateOf = (line: SeenLine): Candidate => {
  const agreed = agreedLine(line);
  const numeral = readNumeral(agreed.text);
  const box = boxOf(line.quad);
  return {
    line,
    agreed,
    numeral: numeral.kind === 'number' && isClock(line) ? { kind: 'other', printed: numeral.printed } : numeral,
    box,
    height: line.glyphs.length === 0 ? (box.bottom - box.top) / 1.3 : heightOfGlyphs(line.glyphs),
  };
};

/** Displays further apart than this, in heights of their digits, are of different devices. Ours. */
const ACROSS = 4;
const DOWN = 2.6;

const isNear = (a: Candidate, b: Candidate): boolean => {
  const height = Math.max(a.height, b.height);
  const across = Math.max(0, a.box.left - b.box.right, b.box.left - a.box.right);
  const down = Math.max(0, a.box.top - b.box.bottom, b.box.top - a.box.bottom);
  return across <= ACROSS * height && down <= DOWN * height;
};

/** Lines that stand near each other are of one display; each line is in one group. */
export const groupsOf = (candidates: readonly Candidate[]): Candidate[][] => {
  const groups: Candidate[][] = [];
  for (const candidate of candidates) {
    const near = groups.filter((group) => group.some((other) => isNear(other, candidate)));
    for (const group of near) groups.splice(groups.indexOf(group), 1);
    groups.push([...near.flat(), candidate]);
  }
  return groups;
};
