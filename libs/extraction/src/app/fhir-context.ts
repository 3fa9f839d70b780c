import { DOCUMENT_SYSTEMS } from '@smartscan/contracts/extraction/fhir';
import { patientOf } from '@smartscan/contracts/fhir/datatypes';
import { namedUuid } from '@smartscan/kernel';
import type { Reading } from './extract.ts';
import { ABSENT, textIn, type Placed, type Resource, type ResourceOf } from './fhir-fields.ts';
import type { FhirTerms } from './fhir-terms.ts';
import type { DocumentAnswer } from './present.ts';

/** One reading on its way to FHIR, with what is around it. */
export interface InDocument {
  readonly answer: DocumentAnswer;
  readonly terms: FhirTerms;
  readonly reading: Reading;
  /** JSON Pointer to the reading. */
  readonly at: string;
}

/** A resource, and the JSON Pointer that it is named by. */
export interface Made<R extends Resource = Resource> {
  readonly at: string;
  readonly resource: R;
}

/** The whole document's own. */
export const DOCUMENT_AT = '/document';

/** The entry that is named by a pointer: always the same, and nothing of a person in it. */
export const urnOf = ({ id }: DocumentAnswer, at: string): string => `urn:uuid:${namedUuid(id, at)}`;
export const referenceTo = (answer: DocumentAnswer, at: string) => ({ reference: urnOf(answer, at) });

export const identifierOf = ({ id }: DocumentAnswer, at: string): ResourceOf<'Observation'>['identifier'] => [
  { system: DOCUMENT_SYSTEMS.part, value: `${id}${at}` },
];

type Person = ResourceOf<'Condition'>['subject'];

/** Whom it is about: as the customer says, else as the document prints it. */
export const subjectOf = ({ answer, reading }: Pick<InDocument, 'answer' | 'reading'>): Person | undefined => {
  if (answer.patient_id !== null) return patientOf(answer.patient_id);
  const { patient_name: patient, member_name: member } = reading.fields;
  const display = textIn(patient ?? member);
  return display === undefined ? undefined : { type: 'Patient', display };
};

/** The same where somebody must be named. */
export const someSubjectOf = (document: Pick<InDocument, 'answer' | 'reading'>): Person =>
  subjectOf(document) ?? { type: 'Patient', ...ABSENT };

/** When it was made available as it is: with the last review, else when it was read. */
export const issuedOf = (
  { finished_at: finished, created_at: created }: DocumentAnswer,
  fields: readonly Placed[] = [],
) =>
  fields.reduce<string>((last, { field: { review } }) => {
    return review !== undefined && review.reviewed_at > last ? review.reviewed_at : last;
  }, finished ?? created);

/** The day that it is of. On which day a device was looked at, a photo without metadata doesn't say. */
export const effectiveOf = (day: string | undefined) =>
  day === undefined ? { _effectiveDateTime: ABSENT } : { effectiveDateTime: day };
