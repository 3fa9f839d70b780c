import type { z } from 'zod';
import type { diagnosis, labResult, medication, readField, vitalSign } from '@smartscan/contracts/extraction/readings';
import type { Field, ListItems, MeasuredField, ReadDocument } from '@smartscan/documents';
import type { Reading } from '../app/extract.ts';

type ReadField = z.output<typeof readField>;

/** A tenth of a pixel: finer than anything that was read. */
const rounded = (pixels: number): number => Math.round(pixels * 10) / 10;

const fieldOf = <F extends Field<string> | MeasuredField>({ polygon, reasons, alternatives, ...field }: F) => ({
  ...field,
  reasons: [...reasons],
  alternatives: [...alternatives],
  polygon: polygon.map(({ x, y }): [number, number] => [rounded(x), rounded(y)]),
});

/** What is not printed is null. */
const ifRead = (field: Field | null): ReadField | null => (field === null ? null : fieldOf(field));

const fieldsOf = (fields: Readonly<Record<string, Field<string> | MeasuredField | undefined>>): Reading['fields'] =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, field]) => (field ? [[name, fieldOf(field)]] : [])));

const resultOf = ({ result, reference, ...row }: ListItems['results']): z.output<typeof labResult> => ({
  ...row,
  result: fieldOf(result),
  reference: reference && {
    printed: reference.printed,
    low: reference.range?.low ?? null,
    high: reference.range?.high ?? null,
  },
});

const medicationOf = ({
  name,
  strength,
  form,
  sig,
  quantity,
  refills,
}: ListItems['medications']): z.output<typeof medication> => ({
  name: fieldOf(name),
  strength: ifRead(strength),
  form: ifRead(form),
  sig: ifRead(sig),
  quantity: ifRead(quantity),
  refills: ifRead(refills),
});

const diagnosisOf = ({ diagnosis: read, icd10 }: ListItems['diagnoses']): z.output<typeof diagnosis> => ({
  diagnosis: fieldOf(read),
  icd10: ifRead(icd10),
});

const vitalSignOf = ({ analyte, result }: ListItems['vital_signs']): z.output<typeof vitalSign> => ({
  analyte,
  result: fieldOf(result),
});

/** How each list of a document is said. */
const LISTS = {
  results: (items: readonly ListItems['results'][]) => items.map(resultOf),
  medications: (items: readonly ListItems['medications'][]) => items.map(medicationOf),
  diagnoses: (items: readonly ListItems['diagnoses'][]) => items.map(diagnosisOf),
  vital_signs: (items: readonly ListItems['vital_signs'][]) => items.map(vitalSignOf),
  follow_up: (items: readonly ListItems['follow_up'][]) => items.map(fieldOf),
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
