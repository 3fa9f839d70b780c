import type { Alternative, FieldReason } from '../extract/fields.ts';
import type { ReadCharacter } from '../text/transcribe.ts';
import { digitsOf, type SeenLine } from './scene.ts';

/** A line that both readers read, or one of them. */
export interface AgreedLine {
  /** Only the detector saw it, and wasn't sure: it may be no digits at all. */
  readonly isDoubtful: boolean;
  /** What it says: the detector's text, with the point where one of the two saw it. */
  readonly text: string;
  /** Without the point, where only one of the two saw it. */
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

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), 1);

/** The recogniser's line as the display's digits and points; whatever else it saw, a unit or a mark, is left out. */
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
  return folded(text) === folded(characters.map(({ character }) => character).join(''));
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

/** What only the recogniser saw: it tells that a value is there, and no more. */
const undetected = ({ seconds }: SeenLine): AgreedLine => {
  const [first = { text: '', digits: '', confidence: 0 }] = seconds.map(plainOf);
  const { text, confidence } = first;
  const alternatives = [{ value: text, confidence }];
  const reasons = ['single_reader', 'unreadable'] as const;
  return {
    isDoubtful: false,
    text,
    pointless: undefined,
    confidence,
    reasons,
    alternatives,
  };
};

/**
 * Reads a line twice: the symbols that the detector found, and the recogniser's reading of the same pixels. Only what both
 * say is taken without a reason to look. A point that one of them saw stays a point, and is said to be uncertain.
 */
export const agreedLine = (seen: SeenLine): AgreedLine => {
  // One point that was seen twice.
  const line = { ...seen, text: seen.text.replace(/\.{2,}/g, '.') };
  const { text } = line;
  if (line.glyphs.length === 0) return undetected(line);
  const detected = least(line.glyphs.filter(({ symbol }) => symbol !== '.').map(({ confidence }) => confidence));
  const digits = digitsOf(text);
  const isDigits = /^[\d.]+$/.test(text);
  if (!isDigits) {
    const seen = line.seconds.some((characters) => lettersAgree(text, characters));
    const reasons: FieldReason[] = seen ? [] : ['single_reader'];
    return {
      isDoubtful: !seen && detected < DOUBTFUL,
      text,
      pointless: undefined,
      confidence: detected,
      reasons,
      alternatives: alternativesOf(line),
    };
  }
  const seconds = line.seconds.map(plainOf).filter((second) => second.digits !== '');
  const longer = seconds.find((second) => second.confidence > SURELY_LONGER && isPartOf(digits, second.digits));
  if (longer !== undefined) return disagreeing(line, detected, longer);
  const same = seconds.filter((second) => second.digits === digits && sameMarks(second.text, text));
  const best = same.find((second) => second.text === text) ?? same[0];
  if (best !== undefined) return agreeing(line, detected, best);
  const [other] = seconds;
  if (other === undefined) {
    return {
      isDoubtful: detected < DOUBTFUL,
      text,
      pointless: undefined,
      confidence: detected,
      reasons: ['single_reader'],
      alternatives: alternativesOf(line),
    };
  }
  return disagreeing(line, detected, other);
};
