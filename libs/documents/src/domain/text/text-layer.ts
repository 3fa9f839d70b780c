import { quadOf } from '../picture/geometry.ts';
import type { PageLine } from '../layout/spans.ts';
import type { ReadCharacter } from './transcribe.ts';

/** A character of a PDF's text, and where its box lies on the page, in pixels from the top left. */
export interface PlacedCharacter {
  readonly character: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Of a line's height: a gap that is wider parts two cells, one that is narrower is none between two words. Ours. */
const CELL_GAP = 1;
const WORD_GAP = 0.15;

const isVisible = ({ character, right, left }: PlacedCharacter): boolean =>
  /[^\s\p{Control}]/u.test(character) && right > left;

const heightOf = ({ top, bottom }: PlacedCharacter): number => Math.max(1, bottom - top);

/** Whether a character goes on where another one ends. */
const follows = (before: PlacedCharacter, next: PlacedCharacter): boolean => {
  const height = Math.max(heightOf(before), heightOf(next));
  const sameLine = Math.abs((before.top + before.bottom - next.top - next.bottom) / 2) < height / 2;
  const gap = next.left - before.right;
  return sameLine && gap < CELL_GAP * height && gap > -height;
};

const lineOf = (run: readonly PlacedCharacter[], page: number): PageLine => {
  const left = run[0]!.left;
  const right = Math.max(left + 1, run.at(-1)!.right);
  const share = (x: number): number => (x - left) / (right - left);
  const characters: ReadCharacter[] = [];
  run.forEach((one, i) => {
    const before = run[i - 1];
    if (before !== undefined && one.left - before.right > WORD_GAP * heightOf(one)) {
      const at = share((before.right + one.left) / 2);
      characters.push({ character: ' ', confidence: 1, at, second: undefined });
    }
    for (const character of one.character.normalize('NFKC')) {
      characters.push({ character, confidence: 1, at: share((one.left + one.right) / 2), second: undefined });
    }
  });
  const quad = quadOf(
    left,
    Math.min(...run.map(({ top }) => top)),
    right,
    Math.max(...run.map(({ bottom }) => bottom)),
  );
  return { page, quad, characters };
};

/** Runs of text out of the characters of a page in the order in which it draws them. */
export const textLayerLines = (characters: readonly PlacedCharacter[], page: number): PageLine[] => {
  const runs: PlacedCharacter[][] = [];
  for (const character of characters.filter(isVisible)) {
    const before = runs.at(-1)?.at(-1);
    if (before !== undefined && follows(before, character)) runs.at(-1)!.push(character);
    else runs.push([character]);
  }
  return runs.map((run) => lineOf(run, page));
};
