import type { z } from 'zod';
import type { diagnosis, labResult, medication, vitalSign } from '@smartscan/contracts/extraction/readings';
import type { ReadDocument, ReadField, ReadMeasured } from '@smartscan/documents';
import type { Reading } from '../app/extract.ts';

type Field = Reading['fields'][string];
type Measured = z.output<typeof labResult>['result'];

/** A tenth of a pixel: finer than anything that was read. */
const rounded = (pixels: number): number => Math.round(pixels * 10) / 10;

const fieldOf = ({ polygon, reasons, alternatives, ...field }: ReadField): Field => ({
  ...field,
  reasons: [...reasons],
  alternatives: [...alternatives],
  polygon: polygon.map(({ x, y }): [number, number] => [rounded(x), rounded(y)]),
});

const measuredOf = (field: ReadMeasured): Measured => fieldOf(field) as Measured;

const orNull = <T, U>(value: T | null, make: (value: T) => U): U | null => (value === null ? null : make(value));

const fieldsOf = (fields: Readonly<Record<string, ReadField | undefined>>): Reading['fields'] =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, field]) => (field ? [[name, fieldOf(field)]] : [])));

type Lists = ReadDocument extends infer D ? (D extends { readonly lists: infer L } ? L : never) : never;
type ItemOf<N extends string> = Lists extends infer L ? (L extends Readonly<Record<N, readonly (infer I)[]>> ? I : never) : never;

const resultOf = ({ result, reference, ...row }: ItemOf<'results'>): z.output<typeof labResult> => ({
  ...row,
  result: measuredOf(result),
  reference: orNull(reference, ({ printed, range }) => ({
    printed,
    low: range?.low ?? null,
    high: range?.high ?? null,
  })),
});

const medicationOf = ({ name, strength, form, sig, quantity, refills }: ItemOf<'medications'>): z.output<
  typeof medication
> => ({
  name: fieldOf(name),
  strength: orNull(strength, fieldOf),
  form: orNull(form, fieldOf),
  sig: orNull(sig, fieldOf),
  quantity: orNull(quantity, fieldOf),
  refills: orNull(refills, fieldOf),
});

const diagnosisOf = ({ diagnosis: read, icd10 }: ItemOf<'diagnoses'>): z.output<typeof diagnosis> => ({
  diagnosis: fieldOf(read),
  icd10,
});

const vitalSignOf = ({ analyte, result }: ItemOf<'vital_signs'>): z.output<typeof vitalSign> => ({
  analyte,
  result: measuredOf(result),
});

/** How each list of a document is said. */
const LISTS = {
  results: (items: readonly ItemOf<'results'>[]) => items.map(resultOf),
  medications: (items: readonly ItemOf<'medications'>[]) => items.map(medicationOf),
  diagnoses: (items: readonly ItemOf<'diagnoses'>[]) => items.map(diagnosisOf),
  vital_signs: (items: readonly ItemOf<'vital_signs'>[]) => items.map(vitalSignOf),
  follow_up: (items: readonly ReadField[]) => items.map(fieldOf),
} as const;

const listsOf = (lists: Readonly<Record<string, unknown>>): Partial<Reading> =>
  Object.fromEntries(
    Object.entries(lists).map(([name, items]) => [name, LISTS[name as keyof typeof LISTS](items as never)]),
  );

const qualityOf = ({ quality }: ReadDocument): Reading['quality'] => ({
  edge_width_px: quality.edgeWidthPx,
  glare: quality.glare,
  text_height_px: quality.textHeightPx,
  problems: [...quality.problems],
  advice: [...quality.advice],
});

/** What was read, as the API says it. */
export const readingOf = (document: ReadDocument): Reading => ({
  type: document.kind,
  type_confidence: document.kindConfidence,
  screen: 'screen' in document ? document.screen : null,
  quality: qualityOf(document),
  fields: 'fields' in document ? fieldsOf(document.fields) : {},
  ...('lists' in document ? listsOf(document.lists) : {}),
});
