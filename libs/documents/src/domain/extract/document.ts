import type { PaperType } from '@smartscan/kernel';
import type { ConvertUnits } from '../analytes/lookup.ts';
import { classify, type Findings } from '../classify.ts';
import type { FieldName, ListName } from '../kinds/kinds.ts';
import type { Row } from '../layout/rows.ts';
import { wholeOf } from '../layout/spans.ts';
import { fieldOf, type Field } from './fields.ts';
import { labelledFields, type ReadingHints } from './labelled.ts';
import { medications, type Medication } from './medications.ts';
import { labResults, type LabResult } from './results.ts';
import type { ReadDevice } from '../devices/extract.ts';
import type { Quality } from '../picture/quality.ts';
import { diagnosesIn, sectionsOf, textLines, vitalSigns, type Diagnosis, type VitalSign } from './summary.ts';

/** What the lists of a kind hold. */
export interface ListItems {
  readonly results: LabResult;
  readonly medications: Medication;
  readonly diagnoses: Diagnosis;
  readonly vital_signs: VitalSign;
  readonly follow_up: Field;
}

/** Fields that stand beside no label. */
interface UnlabelledFields {
  readonly insurance_card: 'payer';
}

type AllFields<K extends PaperType> = FieldName<K> | (K extends keyof UnlabelledFields ? UnlabelledFields[K] : never);

export interface DocumentOf<K extends PaperType> {
  readonly kind: K;
  readonly kindConfidence: number;
  /** Those that are printed. */
  readonly fields: Readonly<Partial<Record<AllFields<K>, Field>>>;
  readonly lists: { readonly [L in ListName<K>]: readonly ListItems[L & keyof ListItems][] };
}

export interface NoDocument {
  readonly kind: 'not_a_medical_document';
  readonly kindConfidence: number;
}

export type ExtractedDocument = { readonly [K in PaperType]: DocumentOf<K> }[PaperType] | NoDocument;

/** One thing that was read: a document, or a device on a photo. */
export type ReadDocument = (ExtractedDocument & { readonly quality: Quality }) | ReadDevice;

export interface ExtractionHints extends ReadingHints {
  /** What the caller says that it is; then nothing else is looked for. */
  readonly kind?: PaperType | undefined;
}

/** Whoever pays puts the name at the top, as the largest or the first line; a card that has none says nothing. */
const payerOf = (rows: readonly Row[]): Field | undefined => {
  const spans = rows.flatMap((row) => row.spans);
  const words = /\b(?:health|insurance|plan|care|cross|shield|mutual|benefit|medic\w+|assurance|hmo|ppo)\b/i;
  const top = spans.slice(0, Math.max(3, Math.ceil(spans.length / 3)));
  const named = top.filter(({ text }) => words.test(text) && !/:/.test(text) && !/\d{3}/.test(text));
  const [largest] = [...named].sort((a, b) => b.height - a.height);
  return largest === undefined ? undefined : fieldOf({ slice: wholeOf(largest), value: largest.text.trim() });
};

interface Extraction {
  readonly rows: readonly Row[];
  readonly hints: ExtractionHints;
  readonly convert: ConvertUnits;
}

type Extractors = { readonly [K in PaperType]: (from: Extraction) => Omit<DocumentOf<K>, 'kind' | 'kindConfidence'> };

const EXTRACTORS: Extractors = {
  lab_report: ({ rows, hints, convert }) => {
    const fields = labelledFields('lab_report', rows, hints);
    return { fields, lists: { results: labResults(rows, fields.specimen?.printed ?? '', convert) } };
  },
  prescription: ({ rows, hints }) => ({
    fields: labelledFields('prescription', rows, hints),
    lists: { medications: medications(rows) },
  }),
  insurance_card: ({ rows, hints }) => {
    const payer = payerOf(rows);
    const labelled = labelledFields('insurance_card', rows, hints);
    return { fields: payer === undefined ? labelled : { ...labelled, payer }, lists: {} };
  },
  discharge_summary: ({ rows, hints, convert }) => {
    const sections = sectionsOf(rows);
    return {
      fields: labelledFields('discharge_summary', rows, hints),
      lists: {
        diagnoses: diagnosesIn(sections.diagnoses),
        vital_signs: vitalSigns(sections.vital_signs, convert),
        medications: medications(sections.medications),
        follow_up: textLines(sections.follow_up),
      },
    };
  },
};

/**
 * What a document says, out of the rows of its pages from first to last.
 *
 * @returns every field that was found with its value, or refused with its reasons; fields that aren't printed are left out
 */
export const extractDocument = (
  rows: readonly Row[],
  hints: ExtractionHints,
  convert: ConvertUnits,
): ExtractedDocument => {
  const found = (): Findings => ({
    lab_report: labResults(rows, '', convert).filter(({ analyte }) => analyte !== null).length,
    prescription: medications(rows).length,
  });
  const guess = hints.kind === undefined ? classify(rows, found()) : { kind: hints.kind, confidence: 1 };
  if (guess.kind === 'not_a_medical_document') return { kind: guess.kind, kindConfidence: guess.confidence };
  const extracted = EXTRACTORS[guess.kind]({ rows, hints, convert });
  return { kind: guess.kind, kindConfidence: guess.confidence, ...extracted } as ExtractedDocument;
};
