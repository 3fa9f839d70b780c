import { PAPER_TYPES, type PaperType } from '@smartscan/kernel';
import { KINDS } from './kinds/kinds.ts';
import { folded } from './layout/labels.ts';
import type { Row } from './layout/rows.ts';

export interface KindGuess {
  readonly kind: PaperType | 'not_a_medical_document';
  /** 0-1: how far it is ahead of the next one, and how much there is to go by. */
  readonly confidence: number;
}

/** Less evidence than this is none: a receipt has a date and a result. Ours. */
const LEAST_EVIDENCE = 4;
/** Beside so much evidence of doubt, whatever is found is less certain. Ours. */
const DOUBT = 1.5;
/** A result of a known analyte, or a drug with its strength, tells as much as a heading; more of them tell no more. Ours. */
const PER_FINDING = 1.5;
const MOST_FINDINGS = 4;

/** Words of the whole page, so that a phrase is found as words and not inside of others. */
const printedWords = (rows: readonly Row[]): string =>
  ` ${rows
    .flatMap(({ spans }) => spans)
    .map(({ text }) =>
      text
        .split(/[\s:#/|,()]+/)
        .map(folded)
        .filter((word) => word !== '')
        .join(' '),
    )
    .join(' | ')} `;

const evidenceFor = (kind: PaperType, words: string): number => {
  const phrases = Object.entries(KINDS[kind].evidence);
  return phrases.reduce((sum, [phrase, weight]) => {
    const key = phrase.split(' ').map(folded).join(' ');
    return words.includes(` ${key} `) ? sum + weight : sum;
  }, 0);
};

/** Things that were found which only documents of that kind hold so many of. */
export type Findings = Readonly<Partial<Record<PaperType, number>>>;

/** Which kind of document it is, by its phrases and by what it holds. */
export const classify = (rows: readonly Row[], findings: Findings): KindGuess => {
  const words = printedWords(rows);
  const scores = PAPER_TYPES.map((kind) => {
    const found = Math.min(MOST_FINDINGS, findings[kind] ?? 0);
    return { kind, score: evidenceFor(kind, words) + PER_FINDING * found };
  }).sort((a, b) => b.score - a.score);
  const [best, next] = scores;
  if (best === undefined || best.score < LEAST_EVIDENCE) {
    const confidence = 1 - (best?.score ?? 0) / (2 * LEAST_EVIDENCE);
    return { kind: 'not_a_medical_document', confidence: Math.round(confidence * 1000) / 1000 };
  }
  const confidence = best.score / (best.score + (next?.score ?? 0) + DOUBT);
  return { kind: best.kind, confidence: Math.round(confidence * 1000) / 1000 };
};
