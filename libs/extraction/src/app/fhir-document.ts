import { DOCUMENT_EXTENSIONS, DOCUMENT_SYSTEMS } from '@smartscan/contracts/extraction/fhir';
import { conceptOf } from '@smartscan/contracts/fhir/datatypes';
import { CODE_SYSTEMS } from '@smartscan/contracts/fhir/terms';
import { DOCUMENT_AT, issuedOf, referenceTo, subjectOf, type InDocument, type Made } from './fhir-context.ts';
import {
  dayIn,
  evidenceOf,
  fieldsNamedIn,
  ifSaid,
  placed,
  textIn,
  type Evidence,
  type Placed,
  type ResourceOf,
} from './fhir-fields.ts';
import { LABORATORY_REPORT } from './fhir-papers.ts';
import type { FhirTerms } from './fhir-terms.ts';
import type { DocumentAnswer } from './present.ts';

type DocumentReference = ResourceOf<'DocumentReference'>;
type Context = NonNullable<DocumentReference['context']>;
type PrintedPatient = NonNullable<DocumentReference['contained']>[number];

/** LOINC's codes of kinds of document (hl7.org/fhir/R4/valueset-c80-doc-typecodes.html). A photo of a device has none. */
const DOCUMENT_CODES: Readonly<Record<string, string>> = {
  lab_report: LABORATORY_REPORT,
  prescription: '57833-6',
  insurance_card: '64290-0',
  discharge_summary: '18842-5',
};

const PATIENT_ID = 'patient';

/** Whom the document itself names, which need not be whom the customer means. */
const printedPatient = ({ reading }: InDocument): PrintedPatient | undefined => {
  const { patient_name: patient, member_name: member, mrn, date_of_birth: born } = reading.fields;
  const [name, number] = [textIn(patient ?? member), textIn(mrn)];
  const said: Omit<PrintedPatient, 'resourceType' | 'id'> = {
    ...(number === undefined
      ? {}
      : { identifier: [{ type: conceptOf(DOCUMENT_SYSTEMS.identifierType, 'MR'), value: number }] }),
    ...(name === undefined ? {} : { name: [{ text: name }] }),
    ...ifSaid('birthDate', dayIn(born)),
  };
  return Object.keys(said).length === 0 ? undefined : { resourceType: 'Patient', id: PATIENT_ID, ...said };
};

/** The stay that a summary is of. Days that contradict each other are none. */
const periodOf = ({ reading }: InDocument): Context['period'] => {
  const [start, end] = [dayIn(reading.fields.admitted), dayIn(reading.fields.discharged)];
  const isBackwards = start !== undefined && end !== undefined && start > end;
  if (isBackwards || (start === undefined && end === undefined)) return undefined;
  return { ...ifSaid('start', start), ...ifSaid('end', end) };
};

/** Fields that no other resource is made of are the document's own. */
const ownFields = (parts: readonly InDocument[], made: readonly Made[]): Placed[] => {
  const elsewhere = new Set(made.flatMap(({ resource }) => fieldsNamedIn(resource.extension)));
  return parts
    .flatMap(({ at, reading }) => placed(`${at}/fields`, reading.fields))
    .filter(({ at }) => !elsewhere.has(at));
};

const pagesOf = ({ pages }: DocumentAnswer): Evidence =>
  (pages ?? []).map(({ width, height }, i) => ({
    url: DOCUMENT_EXTENSIONS.page,
    extension: [
      { url: 'number', valuePositiveInt: i + 1 },
      { url: 'width', valuePositiveInt: width },
      { url: 'height', valuePositiveInt: height },
    ],
  }));

const typeOf = ({ reading, terms }: InDocument): NonNullable<DocumentReference['type']> => {
  const loinc = DOCUMENT_CODES[reading.type];
  const coding = loinc === undefined ? [] : [{ system: CODE_SYSTEMS.loinc, code: loinc }];
  const own = { system: DOCUMENT_SYSTEMS.type, code: reading.type };
  return { coding: [...coding, own], text: terms.title(reading.type) };
};

type Told = Pick<DocumentReference, 'contained' | 'type' | 'subject'> & { readonly context: Context };

/** What the first reading says of the whole: of several devices on a photo, the one with the largest digits. */
const toldBy = (first: InDocument): Told => {
  const patient = printedPatient(first);
  const context = {
    ...ifSaid('period', periodOf(first)),
    ...(patient === undefined ? {} : { sourcePatientInfo: { reference: `#${PATIENT_ID}` } }),
  };
  return {
    ...(patient === undefined ? {} : { contained: [patient] }),
    type: typeOf(first),
    ...ifSaid('subject', subjectOf(first)),
    context,
  };
};

const screenIn = ({ reading: { screen } }: InDocument): Evidence =>
  screen === null ? [] : [{ url: DOCUMENT_EXTENSIONS.screen, valueCode: screen.kind }];

/** The document, which all else belongs to. It holds no file: the customer has that, and we keep none. */
export const documentReference = (
  answer: DocumentAnswer,
  parts: readonly InDocument[],
  { made, terms }: { readonly made: readonly Made[]; readonly terms: FhirTerms },
): Made<DocumentReference> => {
  const [first] = parts;
  const told = first && toldBy(first);
  const context: Context = {
    ...(answer.visit_id === null ? {} : { encounter: [{ type: 'Encounter', identifier: { value: answer.visit_id } }] }),
    ...told?.context,
    ...(made.length === 0 ? {} : { related: made.map(({ at }) => referenceTo(answer, at)) }),
  };
  const own = evidenceOf(ownFields(parts, made), first?.reading.type_confidence ?? 0);
  const resource: DocumentReference = {
    resourceType: 'DocumentReference',
    extension: [...own, ...parts.slice(0, 1).flatMap(screenIn), ...pagesOf(answer)],
    identifier: [{ system: DOCUMENT_SYSTEMS.document, value: answer.id }],
    status: 'current',
    ...told,
    date: issuedOf(answer),
    content: [{ attachment: { title: terms.title(first?.reading.type ?? '') } }],
    context,
  };
  if (Object.keys(context).length > 0) return { at: DOCUMENT_AT, resource };
  const { context: _, ...alone } = resource;
  return { at: DOCUMENT_AT, resource: alone };
};
