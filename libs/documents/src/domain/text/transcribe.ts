/** One character of a line that was read. */
export interface ReadCharacter {
  readonly character: string;
  /** The network's own, 0-1. */
  readonly confidence: number;
  /** Where along the line its middle is, 0-1. */
  readonly at: number;
  /** What it may be instead. */
  readonly second: { readonly character: string; readonly confidence: number } | undefined;
}

/** What the characters of a line say. */
export const textRead = (characters: readonly Pick<ReadCharacter, 'character'>[]): string =>
  characters.map(({ character }) => character).join('');

/** What the columns of a reader's output stand for. */
export interface Alphabet {
  /** By column; empty for the first, which means "nothing new here"; a space for that between words, where there is one. */
  readonly characters: readonly string[];
  /** Columns that may be read. */
  readonly allowed: Int32Array;
}

/** Letters of the Latin script, digits, and the signs that clinical documents print. */
const READABLE = /^[\p{Script=Latin}0-9 !"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~°±²³µμαβγ×÷≤≥–—‘’“”•®™£€§¹½]$/u;

/** Forms of full width stand in the dictionary beside those of Latin texts: `（` is read for `(`. */
const plain = (character: string): string => character.normalize('NFKC');

/**
 * The alphabet of PP-OCR's recogniser. Its first column is the blank of CTC, its last one the space, and the dictionary
 * holds neither.
 *
 * @param dictionary a character a line
 */
export const alphabetOf = (dictionary: string): Alphabet => {
  const lines = dictionary.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  const characters = ['', ...lines.map(plain), ' '];
  const allowed = characters.flatMap((character, i) => (i === 0 || READABLE.test(character) ? [i] : []));
  return { characters, allowed: Int32Array.from(allowed) };
};

interface Step {
  readonly best: number;
  readonly probability: number;
  readonly second: number;
  readonly secondProbability: number;
}

const stepAt = (probabilities: Float32Array, from: number, allowed: Int32Array): Step => {
  let [best, probability, second, secondProbability] = [0, -1, 0, -1];
  for (const column of allowed) {
    const value = probabilities[from + column]!;
    if (value > probability) {
      [second, secondProbability] = [best, probability];
      [best, probability] = [column, value];
    } else if (value > secondProbability) {
      [second, secondProbability] = [column, value];
    }
  }
  return { best, probability, second, secondProbability };
};

/**
 * A gap between two characters is a space from this probability on. Ours: narrow gaps of small print get 0.1-0.6, gaps
 * inside of words less than 0.02, and the likeliest reading alone glues half of the former together.
 */
const SPACE = 0.1;

/** A mark at the head of a line that is only just less likely than a space there is that mark: `<` of `< 200`. */
const MARK_BEFORE = 0.05;

/** The column of the space between words; beyond all columns where an alphabet has none. */
const spaceOf = (characters: readonly string[]): number =>
  characters.at(-1) === ' ' ? characters.length - 1 : Infinity;

const at = (probabilities: Float32Array, column: number): number => probabilities[column] ?? 0;

/**
 * Reads the likeliest text of a line out of a network's answer (CTC, Graves et al. 2006: repeats are one character,
 * blanks part them).
 *
 * @param probabilities steps × columns of the alphabet, each step's sum 1
 */
export const transcribe = (probabilities: Float32Array, { characters, allowed }: Alphabet): ReadCharacter[] => {
  const columns = characters.length;
  const space = spaceOf(characters);
  const steps = probabilities.length / columns;
  const read: ReadCharacter[] = [];
  let previous = 0;
  let gap = 0;
  for (let t = 0; t < steps; t++) {
    const step = stepAt(probabilities, t * columns, allowed);
    gap = Math.max(gap, at(probabilities, t * columns + space));
    const seen = read.length === 0 ? withoutSpace(step, space) : step;
    const isCharacter = seen.best !== 0 && seen.best !== space;
    const character = characterOf(seen, characters, (t + 0.5) / steps);
    if (isCharacter && seen.best !== previous) {
      if (gap >= SPACE && read.length > 0) read.push(gapBetween(read.at(-1)!, character, gap));
      read.push(character);
      gap = 0;
    } else if (isCharacter && character.confidence > read.at(-1)!.confidence) {
      read.splice(-1, 1, character);
    }
    previous = seen.best;
  }
  return read;
};

/** Nothing begins with a space: what the network sees beside it may be a mark. */
const withoutSpace = (step: Step, space: number): Step =>
  step.best === space && step.second !== 0 && step.secondProbability >= MARK_BEFORE
    ? { ...step, best: step.second, probability: step.secondProbability, second: 0 }
    : step;

const characterOf = (step: Step, characters: readonly string[], at: number): ReadCharacter => ({
  character: characters[step.best]!,
  confidence: step.probability,
  at,
  second:
    step.second === 0
      ? undefined
      : { character: characters[step.second]!, confidence: Math.max(0, step.secondProbability) },
});

const gapBetween = (before: ReadCharacter, after: ReadCharacter, confidence: number): ReadCharacter => ({
  character: ' ',
  confidence,
  at: (before.at + after.at) / 2,
  second: undefined,
});
