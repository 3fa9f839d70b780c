import { agreedLine, type AgreedLine } from './agreement.ts';
import { readNumeral, type Numeral } from './numerals.ts';
import { boxOf, gapsBetween, type Box } from '../picture/geometry.ts';
import { digitsOf, heightOfGlyphs, quadOfGlyphs, readingsOf, type SeenLine } from './scene.ts';
import { textRead } from '../text/transcribe.ts';

/** A line of a display that may be a value. */
export interface Candidate {
  readonly line: SeenLine;
  /** The field that it is, where what it was written with tells: the pressures of 120/80. */
  readonly role: string | undefined;
  readonly agreed: AgreedLine;
  readonly numeral: Numeral;
  /** Without the point, where one of the readers saw none. */
  readonly pointless: Numeral | undefined;
  readonly box: Box;
  readonly height: number;
}

/** A colon, a slash or a dash between digits is a clock's or a date's, whether the detector or the recogniser saw it. */
const isClock = ({ text, seconds }: SeenLine): boolean =>
  [text, ...seconds.map(textRead)].some(
    (seen) => digitsOf(seen) === digitsOf(text) && (/\d\s?[:/-]\s?\d/.test(seen) || /\d\s?[ap]m\b/i.test(seen)),
  );

/** A pressure as one: 120/80, 120-80. A date has no such first number. */
const PRESSURES = /^(\d{2,3})[/-](\d{2,3})$/;
const isBar = (symbol: string): boolean => symbol === '/' || symbol === '-';
const LEAST_SYSTOLIC = 50;

interface Part {
  readonly line: SeenLine;
  readonly role: string | undefined;
}

/** The two numbers of a pressure that is written as one, or the line as it is. */
const partsOf = (line: SeenLine): Part[] => {
  const [, first, second] = PRESSURES.exec(line.text) ?? [];
  const at = line.glyphs.findIndex(({ symbol }) => isBar(symbol));
  const isSeen = readingsOf(line).some((characters) => digitsOf(textRead(characters)) === digitsOf(line.text));
  if (first === undefined || !isSeen || Number(first) < LEAST_SYSTOLIC || Number(first) <= Number(second) || at < 0) {
    return [{ line, role: undefined }];
  }
  const seconds = line.seconds.map((characters) => {
    const cut = characters.findIndex(({ character }) => isBar(character));
    return cut < 0 ? undefined : ([characters.slice(0, cut), characters.slice(cut + 1)] as const);
  });
  return ([0, 1] as const).map((half) => {
    const glyphs = half === 0 ? line.glyphs.slice(0, at) : line.glyphs.slice(at + 1);
    const part: SeenLine = {
      text: half === 0 ? first : second!,
      glyphs,
      quad: quadOfGlyphs(glyphs, 0),
      seconds: seconds.flatMap((parts) => (parts === undefined ? [] : [parts[half]])),
    };
    return { line: part, role: half === 0 ? 'sys' : 'dia' };
  });
};

/** The lines of a display that may be values, with what all readers say. */
export const candidatesOf = (lines: readonly SeenLine[]): Candidate[] => lines.flatMap(partsOf).map(candidateOf);

const candidateOf = ({ line, role }: Part): Candidate => {
  const agreed = agreedLine(line);
  const numeral = readNumeral(agreed.text);
  const box = boxOf(line.quad);
  return {
    line,
    role,
    agreed,
    numeral: numeral.kind === 'number' && isClock(line) ? { kind: 'other', printed: numeral.printed } : numeral,
    pointless: agreed.pointless === undefined ? undefined : readNumeral(agreed.pointless),
    box,
    height: line.glyphs.length === 0 ? (box.bottom - box.top) / 1.3 : heightOfGlyphs(line.glyphs),
  };
};

/** Displays further apart than this, in heights of their digits, are of different devices. Ours. */
const ACROSS = 4;
const DOWN = 2.6;

const isNear = (a: Candidate, b: Candidate): boolean => {
  const height = Math.max(a.height, b.height);
  const { across, down } = gapsBetween(a.box, b.box);
  return across <= ACROSS * height && down <= DOWN * height;
};

/** Lines that tell something: numbers, errors, Lo and Hi, unless one reader alone saw them and wasn't sure. */
export const isTelling = ({ numeral, agreed }: Candidate): boolean => numeral.kind !== 'other' && !agreed.isDoubtful;

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
