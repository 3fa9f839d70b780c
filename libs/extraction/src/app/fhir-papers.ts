import { DOCUMENT_SYSTEMS } from '@smartscan/contracts/extraction/fhir';
import { conceptOf } from '@smartscan/contracts/fhir/datatypes';
import { CODE_SYSTEMS } from '@smartscan/contracts/fhir/terms';
import {
  DOCUMENT_AT,
  effectiveOf,
  identifierOf,
  issuedOf,
  referenceTo,
  someSubjectOf,
  subjectOf,
  type InDocument,
  type Made,
} from './fhir-context.ts';
import {
  countIn,
  dayIn,
  evidenceOf,
  ifSaid,
  isWithdrawn,
  orAbsent,
  placed,
  plain,
  textIn,
  valueOf,
  type ReadField,
  type ResourceOf,
} from './fhir-fields.ts';
import { analyteCode, observationOf, observationsOf, type Observation } from './fhir-observations.ts';
import type { Reading } from './extract.ts';

type LabResult = NonNullable<Reading['results']>[number];
type Medication = NonNullable<Reading['medications']>[number];
type Diagnosis = NonNullable<Reading['diagnoses']>[number];
type Interpretation = NonNullable<Observation['interpretation']>[0]['coding'][0]['code'];

// --- Lab report -----------------------------------------------------------------------------------------------------

/** Printed flags in HL7's words (terminology.hl7.org/CodeSystem/v3-ObservationInterpretation). */
const FLAGS: Readonly<Record<NonNullable<LabResult['flag']>, Interpretation>> = {
  high: 'H',
  low: 'L',
  critical_high: 'HH',
  critical_low: 'LL',
  abnormal: 'A',
};

const rangeOf = ({ reference, result: { ucum } }: LabResult): Pick<Observation, 'referenceRange'> => {
  if (reference === null) return {};
  const { low, high, printed } = reference;
  const unit = ucum === null ? {} : { unit: ucum, system: CODE_SYSTEMS.ucum, code: ucum };
  const range = {
    ...(low === null ? {} : { low: { value: low, ...unit } }),
    ...(high === null ? {} : { high: { value: high, ...unit } }),
    ...ifSaid('text', plain(printed)),
  };
  return Object.keys(range).length === 0 ? {} : { referenceRange: [range] };
};

const resultOf = (from: InDocument, result: LabResult, at: string): Made<Observation> => {
  const { flag, name, analyte, result: field } = result;
  const known = analyte === null ? undefined : from.terms.analyte(analyte);
  const specimen = textIn(from.reading.fields.specimen);
  const also: Pick<Observation, 'interpretation' | 'referenceRange' | 'specimen'> = {
    ...(flag === null ? {} : { interpretation: [conceptOf(DOCUMENT_SYSTEMS.interpretation, FLAGS[flag])] }),
    ...rangeOf(result),
    ...ifSaid('specimen', specimen === undefined ? undefined : { display: specimen }),
  };
  const measured = { at, field, code: analyteCode(field.loinc, known, name), category: 'laboratory' as const };
  return observationOf(from, measured, { day: dayIn(from.reading.fields.collected), also });
};

/** LOINC's code of a laboratory report, of those that HL7 lists for documents. */
export const LABORATORY_REPORT = '11502-2';

/** A report that points to its results. */
export const labReport = (from: InDocument): Made[] => {
  const { answer, at, reading, terms } = from;
  const results = (reading.results ?? []).map((one, i) => resultOf(from, one, `${at}/results/${i}/result`));
  const { collected, specimen } = reading.fields;
  const fields = placed(`${at}/fields`, { collected, specimen });
  const drawn = textIn(specimen);
  const isReviewed = results.length > 0 && results.every(({ resource }) => resource.status !== 'preliminary');
  const report: ResourceOf<'DiagnosticReport'> = {
    resourceType: 'DiagnosticReport',
    extension: evidenceOf(fields, reading.type_confidence),
    identifier: identifierOf(answer, at),
    status: isReviewed ? 'final' : 'preliminary',
    category: [conceptOf(DOCUMENT_SYSTEMS.section, 'LAB')],
    code: { coding: [{ system: CODE_SYSTEMS.loinc, code: LABORATORY_REPORT }], text: terms.title(reading.type) },
    ...ifSaid('subject', subjectOf(from)),
    ...effectiveOf(dayIn(collected)),
    issued: results.reduce((last, { resource }) => (resource.issued > last ? resource.issued : last), issuedOf(answer)),
    ...(drawn === undefined ? {} : { specimen: [{ display: drawn }] }),
    ...(results.length === 0 ? {} : { result: results.map((one) => referenceTo(answer, one.at)) }),
  };
  return [{ at, resource: report }, ...results];
};

// --- Drugs ----------------------------------------------------------------------------------------------------------

/** What is the same of a drug that is prescribed and of one that is listed. */
const drugOf = (from: InDocument, drug: Medication, at: string) => {
  const { name, strength, form, sig } = drug;
  const called = textIn(name);
  const text = [called, textIn(strength), textIn(form)].flatMap((one) => one ?? []).join(' ');
  const directions = textIn(sig);
  return {
    identifier: identifierOf(from.answer, at),
    /** Whether it is to be taken or not, or was, the paper alone doesn't say: one of the other states, and not known which. */
    status: isWithdrawn(name) ? ('entered-in-error' as const) : ('unknown' as const),
    medicationCodeableConcept: orAbsent(called === undefined ? undefined : { text }),
    subject: someSubjectOf(from),
    directions: directions === undefined ? undefined : ([{ text: directions }] as [{ text: string }]),
  };
};

const dispensed = ({ quantity, refills }: Medication): Pick<ResourceOf<'MedicationRequest'>, 'dispenseRequest'> => {
  const [count, repeats] = [countIn(quantity), countIn(refills)];
  const request = {
    ...ifSaid('numberOfRepeatsAllowed', repeats),
    ...(count === undefined ? {} : { quantity: { value: count } }),
  };
  return Object.keys(request).length === 0 ? {} : { dispenseRequest: request };
};

const prescribed = (from: InDocument, drug: Medication, at: string): Made<ResourceOf<'MedicationRequest'>> => {
  const { answer, reading } = from;
  const { directions, ...parts } = drugOf(from, drug, at);
  const { date, prescriber } = reading.fields;
  const requester = textIn(prescriber);
  const fields = [...placed(at, { ...drug }), ...placed(`${from.at}/fields`, { date, prescriber })];
  return {
    at,
    resource: {
      resourceType: 'MedicationRequest',
      extension: evidenceOf(fields, reading.type_confidence),
      ...parts,
      intent: 'order',
      reportedBoolean: true,
      supportingInformation: [referenceTo(answer, DOCUMENT_AT)],
      ...ifSaid('authoredOn', dayIn(date)),
      ...(requester === undefined ? {} : { requester: { display: requester } }),
      ...ifSaid('dosageInstruction', directions),
      ...dispensed(drug),
    },
  };
};

const listed = (from: InDocument, drug: Medication, at: string): Made<ResourceOf<'MedicationStatement'>> => {
  const { directions, ...parts } = drugOf(from, drug, at);
  return {
    at,
    resource: {
      resourceType: 'MedicationStatement',
      extension: evidenceOf(placed(at, { ...drug }), from.reading.type_confidence),
      ...parts,
      derivedFrom: [referenceTo(from.answer, DOCUMENT_AT)],
      ...ifSaid('dosage', directions),
    },
  };
};

const drugsOf = <M extends Made>(from: InDocument, make: (from: InDocument, drug: Medication, at: string) => M): M[] =>
  (from.reading.medications ?? []).map((drug, i) => make(from, drug, `${from.at}/medications/${i}`));

/** A request for each drug. */
export const prescription = (from: InDocument): Made[] => drugsOf(from, prescribed);

// --- Discharge summary ----------------------------------------------------------------------------------------------

/**
 * What a person wrote in place of what was read may be another diagnosis: unless they said the code as well, nobody has said
 * that it is still its.
 */
const codeStands = ({ diagnosis, icd10 }: Diagnosis): boolean =>
  icd10?.review !== undefined || diagnosis.review === undefined || valueOf(diagnosis) === diagnosis.value;

const conditionCode = ({ terms }: InDocument, one: Diagnosis): ResourceOf<'Condition'>['code'] => {
  const said = textIn(one.diagnosis);
  const code = codeStands(one) ? textIn(one.icd10) : undefined;
  if (said === undefined) return orAbsent(undefined);
  return {
    ...(code === undefined || !terms.isIcd10(code) ? {} : { coding: [{ system: DOCUMENT_SYSTEMS.icd10, code }] }),
    text: said,
  };
};

const verification = ({ review }: ReadField): Pick<ResourceOf<'Condition'>, 'verificationStatus'> => {
  if (review === undefined)
    return { verificationStatus: conceptOf(DOCUMENT_SYSTEMS.verification, 'unconfirmed' as const) };
  // That it stands there is then sure; how sure the physician was isn't said.
  if (review.value !== null) return {};
  return { verificationStatus: conceptOf(DOCUMENT_SYSTEMS.verification, 'entered-in-error' as const) };
};

const diagnosed = (from: InDocument, one: Diagnosis, at: string): Made<ResourceOf<'Condition'>> => ({
  at,
  resource: {
    resourceType: 'Condition',
    extension: evidenceOf(placed(at, { ...one }), from.reading.type_confidence),
    identifier: identifierOf(from.answer, at),
    ...verification(one.diagnosis),
    category: [conceptOf(DOCUMENT_SYSTEMS.diagnosis, 'encounter-diagnosis')],
    code: conditionCode(from, one),
    subject: someSubjectOf(from),
    evidence: [{ detail: [referenceTo(from.answer, DOCUMENT_AT)] }],
  },
});

/** Diagnoses, drugs and vital signs. The drugs are what the summary lists: whether they were ordered it doesn't say. */
export const dischargeSummary = (from: InDocument): Made[] => {
  const { at, reading, terms } = from;
  const signs = (reading.vital_signs ?? []).map(({ analyte, result }, i) => {
    const known = terms.analyte(analyte);
    return {
      key: analyte,
      at: `${at}/vital_signs/${i}/result`,
      field: result,
      code: analyteCode(result.loinc, known, known?.name ?? analyte),
      category: 'vital-signs' as const,
    };
  });
  return [
    ...(reading.diagnoses ?? []).map((one, i) => diagnosed(from, one, `${at}/diagnoses/${i}`)),
    ...drugsOf(from, listed),
    ...observationsOf(from, signs),
  ];
};
