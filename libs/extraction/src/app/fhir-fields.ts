import type { z } from 'zod';
import type { documentBundle } from '@smartscan/contracts/extraction/fhir';
import { DOCUMENT_EXTENSIONS } from '@smartscan/contracts/extraction/fhir';
import type { measuredField, readField } from '@smartscan/contracts/extraction/readings';
import { CONFIDENCE, DATA_ABSENT_REASON } from '@smartscan/contracts/fhir/terms';

export type FhirBundle = z.output<typeof documentBundle>;
export type Resource = FhirBundle['entry'][number]['resource'];
export type ResourceOf<Type extends Resource['resourceType']> = Extract<Resource, { resourceType: Type }>;
export type Evidence = Resource['extension'];

export type ReadField = z.output<typeof readField>;
export type MeasuredField = z.output<typeof measuredField>;

/** A field and the JSON Pointer to it, by which a person corrects it. */
export interface Placed<F extends ReadField = ReadField> {
  readonly at: string;
  readonly field: F;
}

/** Those that are there. */
export const placed = (at: string, fields: Readonly<Record<string, ReadField | null | undefined>>): Placed[] =>
  Object.entries(fields).flatMap(([name, field]) => (field ? [{ at: `${at}/${name}`, field }] : []));

export const isMeasured = (field: ReadField): field is MeasuredField => 'ucum' in field;

/** What stands there: what a person says, else what the machine read. */
export const valueOf = ({ review, value }: ReadField): ReadField['value'] =>
  review === undefined ? value : review.value;

/** Whether a person says that there is no such value: then whoever took it over takes it back. */
export const isWithdrawn = ({ review }: ReadField): boolean => review?.value === null;

/** A string as FHIR has it: no control characters, no space at its ends; `undefined` where nothing is left. */
export const plain = (text: string): string | undefined => text.replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ').trim() || undefined;

export const textIn = (field: ReadField | null | undefined): string | undefined => {
  const value = field ? valueOf(field) : null;
  return value === null ? undefined : plain(String(value));
};

/** A day; `undefined` where a person wrote something else. */
export const dayIn = (field: ReadField | null | undefined): string | undefined => {
  const day = textIn(field);
  if (day === undefined || !/^[1-9]\d{3}-\d\d-\d\d$/.test(day)) return undefined;
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day) ? day : undefined;
};

/** How many: nine digits fit FHIR's integers of 32 bits. */
export const countIn = (field: ReadField | null | undefined): number | undefined => {
  const count = textIn(field);
  return count !== undefined && /^\d{1,9}$/.test(count) ? Number(count) : undefined;
};

/** The member, where it has a value: what is absent has no place in FHIR. */
export const ifSaid = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> => (value === undefined ? {} : ({ [name]: value } as Record<Name, Value>));

/** In the place of something that must be there: it isn't known. */
export const ABSENT = {
  extension: [{ url: DATA_ABSENT_REASON, valueCode: 'unknown' }],
} satisfies { extension: [{ url: typeof DATA_ABSENT_REASON; valueCode: 'unknown' }] };

export const orAbsent = <Said extends object>(said: Said | undefined): Said | typeof ABSENT => said ?? ABSENT;

const reviewParts = ({ review, value }: ReadField) =>
  review === undefined
    ? []
    : [
        ...partOf('machine-value', value === null ? undefined : plain(String(value))),
        { url: 'reviewed-at' as const, valueDateTime: review.reviewed_at },
        { url: 'reviewed-by' as const, valueString: review.reviewed_by },
      ];

const partOf = <Url extends string>(url: Url, valueString: string | undefined) =>
  valueString === undefined ? [] : [{ url, valueString }];

/** Where a field was read, how sure that is, and what a person said of it. */
const saidOf = ({ at, field }: Placed): Evidence[number] => ({
  url: DOCUMENT_EXTENSIONS.readField,
  extension: [
    { url: 'field', valueString: at },
    ...partOf('printed', plain(field.printed)),
    { url: 'status', valueCode: field.status },
    ...field.reasons.map((reason) => ({ url: 'reason' as const, valueCode: reason })),
    { url: 'confidence', valueDecimal: field.confidence },
    { url: 'page', valuePositiveInt: field.page },
    { url: 'polygon', valueString: field.polygon.map((point) => point.map(tenths).join(',')).join(' ') },
    ...reviewParts(field),
  ],
});
/** Pixels are given to a tenth. */
const tenths = (pixels: number): number => Math.round(pixels * 10) / 10 || 0;

export const confidenceOf = (confidence: number) => ({ url: CONFIDENCE, valueDecimal: confidence }) as const;

/**
 * What a resource is worth: the confidence of the least sure of the fields that it is made of, and each of those.
 *
 * @param otherwise the confidence where it is made of none
 */
export const evidenceOf = (fields: readonly Placed[], otherwise: number): Evidence => {
  const least = fields.length === 0 ? otherwise : Math.min(...fields.map(({ field }) => field.confidence));
  return [confidenceOf(least), ...fields.map(saidOf)];
};

/** The pointers to the fields that a resource says it is made of. */
export const fieldsNamedIn = (evidence: Evidence): string[] =>
  evidence
    .flatMap((one) => (one.url === DOCUMENT_EXTENSIONS.readField ? one.extension : []))
    .flatMap((part) => (part.url === 'field' ? [part.valueString] : []));
