import type { Alternative, FieldReason } from '../extract/fields.ts';
import { textRead, type ReadCharacter } from '../text/transcribe.ts';
import { digitsOf, readingsOf, type SeenLine } from './scene.ts';

/** A line that several readers read, or one of them. */
export interface AgreedLine {
  /** Only the detector saw it, and wasn't sure: it may be no digits at all. */
  readonly isDoubtful: boolean;
  /** What it says, with the point where one of them saw it. */
  readonly text: string;
  /** Without the point, where one of them saw none. */
  readonly pointless: string | undefined;
  readonly confidence: number;
  readonly reasons: readonly FieldReason[];
  readonly alternatives: readonly Alternative[];
}

/** Letters and signs that the recogniser, which learnt from print, gives for the symbols of a display. Ours. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  ...{ O: '0', o: '0', D: '0', Q: '0', U: '0', I: '1', l: '1', '|': '1', ']': '1', '[': '1', '!': '1', i: '1' },
  ...{ Z: '2', z: '2', S: '5', s: '5', b: '6', G: '6', B: '8', g: '9', q: '9', ',': '.', '·': '.', '•': '.' },
};

interface Plain {
  readonly text: string;
  readonly digits: string;
  /** Of the least certain digit. */
  readonly confidence: number;
}

/** What the detector alone saw with less than this is often nothing. Ours: of what is no digit, 95 % get less. */
const DOUBTFUL = 0.42;
/** The same, where the reader of lines was asked and saw none of it. Ours. */
const DOUBTFUL_OF_THREE = 0.6;

const isDoubted = (detected: number, { lined }: SeenLine): boolean =>
  detected < (lined === undefined ? DOUBTFUL : DOUBTFUL_OF_THREE);

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), 1);

const plainText = (text: string, confidence: number): Plain => ({ text, digits: digitsOf(text), confidence });

/** A reader's line as the display's digits and points; whatever else it saw, a unit or a mark, is left out. */
const plainOf = (characters: readonly ReadCharacter[]): Plain => {
  const symbols = characters.flatMap(({ character, confidence }) => {
    const symbol = LOOKS_LIKE[character] ?? character;
    return /[\d.:/-]/.test(symbol) ? [{ symbol, confidence }] : [];
  });
  const text = symbols
    .map(({ symbol }) => symbol)
    .join('')
    .replace(/^[.:/-]+|[.:/-]+$/g, '');
  return {
    text,
    digits: digitsOf(text),
    confidence: least(symbols.flatMap(({ symbol, confidence }) => (/\d/.test(symbol) ? [confidence] : []))),
  };
};

/** A letter of a seven-segment display looks like a digit to one that learnt from print: E3, Lo and Hi as it may read them. */
const lettersAgree = (text: string, characters: readonly ReadCharacter[]): boolean => {
  const folded = (word: string): string =>
    [...word.toLowerCase()]
      .map((letter) => LOOKS_LIKE[letter] ?? letter)
      .join('')
      .replace(/[^a-z\d]/g, '');
  return folded(text) === folded(textRead(characters));
};

/** Symbols that the detector was nearly as ready to see. */
const alternativesOf = ({ text, glyphs }: SeenLine): Alternative[] =>
  glyphs.flatMap(({ second }, at) =>
    second === undefined || second.confidence < 0.1 || glyphs.length !== text.length
      ? []
      : [{ value: text.slice(0, at) + second.symbol + text.slice(at + 1), confidence: second.confidence }],
  );

/** Digits that both read, with a point before or behind them that tells nothing. */
const dotted = (
  line: SeenLine,
  { ended, second, confidence }: { readonly ended: string; readonly second: Plain; readonly confidence: number },
): AgreedLine => ({
  isDoubtful: false,
  text: ended === second.text ? ended : line.text,
  pointless: undefined,
  confidence,
  reasons: ['point_uncertain'],
  alternatives: [{ value: line.text, confidence: 0.5 }],
});

const agreeing = (line: SeenLine, detected: number, second: Plain): AgreedLine => {
  const { text } = line;
  const confidence = 1 - (1 - detected) * (1 - second.confidence);
  const alternatives = alternativesOf(line);
  if (second.text === text) {
    return { isDoubtful: false, text, pointless: undefined, confidence, reasons: [], alternatives };
  }
  // Behind a last point there is nothing: it is no point, or what follows was not seen.
  const ended = text.replace(/^\.+|\.+$/g, '');
  if (ended !== text) return dotted(line, { ended, second, confidence });
  const pointed = text.includes('.') ? text : second.text;
  const other = pointed === text ? second.text : text;
  return {
    isDoubtful: false,
    text: pointed,
    pointless: other,
    confidence: Math.min(confidence, detected),
    reasons: ['point_uncertain'],
    alternatives: [{ value: other, confidence: 0.5 }, ...alternatives],
  };
};

/** Marks between digits that only one of the two saw are those of a clock or a date, which is no reading anyway. */
const sameMarks = (a: string, b: string): boolean => a.replace(/\./g, '') === b.replace(/\./g, '');

/** A second reading that is surer than this, and has more digits at an end, tells that the detector missed one. Ours. */
const SURELY_LONGER = 0.85;

const isPartOf = (digits: string, longer: string): boolean =>
  longer.length > digits.length && (longer.startsWith(digits) || longer.endsWith(digits));

const disagreeing = ({ text }: SeenLine, detected: number, other: Plain): AgreedLine => ({
  isDoubtful: detected < DOUBTFUL,
  text,
  pointless: undefined,
  confidence: Math.min(detected, 1 - other.confidence),
  reasons: ['readers_disagree'],
  alternatives: [
    { value: text, confidence: detected },
    { value: other.text, confidence: other.confidence },
  ],
});

/** What the two that read whole lines say alike, whatever the detector saw, or where it saw nothing. */
const outvoting = ({ text }: SeenLine, one: Plain, other: Plain): AgreedLine => ({
  isDoubtful: false,
  text: one.text,
  pointless: undefined,
  confidence: 1 - (1 - one.confidence) * (1 - other.confidence),
  reasons: [],
  alternatives: text === '' ? [] : [{ value: text, confidence: 0 }],
});

/** Readings of the two others that are alike, and not what the detector saw. */
const outvotes = ({ text, lined = [], seconds }: SeenLine): [Plain, Plain] | undefined => {
  // Of E-3 the recogniser, which makes digits of letters, says 3: the reader of lines tells them apart.
  if (!lined.some(({ character }) => /\d/.test(character)) || !/^[\d.]+$/.test(textRead(lined))) return undefined;
  const own = plainOf(lined);
  const same = seconds.map(plainOf).find((second) => second.text === own.text);
  return same === undefined || own.text === text ? undefined : [own, same];
};

/** What only the recogniser saw: it tells that a value is there, and no more. */
const undetected = (second: Plain | undefined): AgreedLine => {
  const { text, confidence } = second ?? { text: '', confidence: 0 };
  return {
    isDoubtful: false,
    text,
    pointless: undefined,
    confidence,
    reasons: ['single_reader', 'unreadable'],
    alternatives: [{ value: text, confidence }],
  };
};

/** A number without a point of which another reader saw one: a lost point is the worst of errors. */
const withPoints = (agreed: AgreedLine, readings: readonly Plain[]): AgreedLine => {
  if (agreed.reasons.length > 0 || agreed.text.includes('.')) return agreed;
  const digits = digitsOf(agreed.text);
  const pointed = readings.find((one) => one.digits === digits && one.text.includes('.'));
  if (pointed === undefined) return agreed;
  return {
    ...agreed,
    text: pointed.text,
    pointless: agreed.text,
    reasons: ['point_uncertain'],
    alternatives: [{ value: agreed.text, confidence: 0.5 }, ...agreed.alternatives],
  };
};

/** Error screens, Lo and Hi, clocks: what is no number. */
const agreedWord = (line: SeenLine, detected: number): AgreedLine => {
  const { text } = line;
  const isSeen = readingsOf(line).some((characters) => lettersAgree(text, characters));
  return {
    isDoubtful: !isSeen && isDoubted(detected, line),
    text,
    pointless: undefined,
    confidence: detected,
    reasons: isSeen ? [] : ['single_reader'],
    alternatives: alternativesOf(line),
  };
};

/** What the detector saw, beside what others say of it. */
const agreedDigits = (line: SeenLine, detected: number, others: readonly Plain[]): AgreedLine => {
  const { text } = line;
  const digits = digitsOf(text);
  const longer = others.find((other) => other.confidence > SURELY_LONGER && isPartOf(digits, other.digits));
  if (longer !== undefined) return disagreeing(line, detected, longer);
  const same = others.filter((other) => other.digits === digits && sameMarks(other.text, text));
  const best = same.find((other) => other.text === text) ?? same[0];
  if (best !== undefined) return agreeing(line, detected, best);
  const [other] = others;
  if (other !== undefined) return disagreeing(line, detected, other);
  return {
    isDoubtful: isDoubted(detected, line),
    text,
    pointless: undefined,
    confidence: detected,
    reasons: ['single_reader'],
    alternatives: alternativesOf(line),
  };
};

/**
 * Reads a line three times: the symbols that the detector found, what the reader of lines makes of the same pixels, and the
 * recogniser, which learnt from print. Only what two of them say is taken without a reason to look. A point that one of them
 * saw stays a point, and is said to be uncertain where the others do without it.
 */
export const agreedLine = (seen: SeenLine): AgreedLine => {
  // One point that was seen twice; no kind of device shows less than nothing: a dash is a line beside the number.
  const line = { ...seen, text: seen.text.replace(/\.{2,}/g, '.').replace(/^-(?=[\d.]+-?$)|(?<=^-?[\d.]+)-$/g, '') };
  const { text, glyphs } = line;
  const detected = least(glyphs.filter(({ symbol }) => symbol !== '.').map(({ confidence }) => confidence));
  const others = readingsOf(line)
    .map(plainOf)
    .filter((one) => one.digits !== '');
  const readings = [...others, plainText(text, detected)];
  const pair = outvotes(line);
  if (pair !== undefined) return withPoints(outvoting(line, ...pair), readings);
  if (glyphs.length === 0) return undetected(line.seconds.map(plainOf).find(({ digits }) => digits !== ''));
  if (!/^[\d.]+$/.test(text)) return agreedWord(line, detected);
  return withPoints(agreedDigits(line, detected, others), readings);
};
