import { z } from 'zod';
import {
  categories,
  code,
  codeableConcept,
  collectionOf,
  conceptIn,
  confidenceExtension,
  containedReference,
  date,
  elementId,
  fullUrl,
  identifier,
  instant,
  isContained,
  patientReference,
  text,
} from '../fhir/datatypes.ts';
import { CODE_SYSTEMS, DATA_ABSENT_REASON, FHIR_BASE, FHIR_MEDIA_TYPE } from '../fhir/terms.ts';
import type { Representation } from '../operation.ts';
import { measuredField, readField, reading } from './readings.ts';

/** The part of FHIR R4 that the answer of a document uses (hl7.org/fhir/R4, a page for each resource). */
export const DOCUMENT_SYSTEMS = {
  type: `${FHIR_BASE}CodeSystem/document-type`,
  field: `${FHIR_BASE}CodeSystem/document-field`,
  analyte: `${FHIR_BASE}CodeSystem/analyte`,
  document: `${FHIR_BASE}identifier/document`,
  part: `${FHIR_BASE}identifier/document-part`,
  icd10: 'http://hl7.org/fhir/sid/icd-10-cm',
  interpretation: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
  section: 'http://terminology.hl7.org/CodeSystem/v2-0074',
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  verification: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
  diagnosis: 'http://terminology.hl7.org/CodeSystem/condition-category',
  coverageClass: 'http://terminology.hl7.org/CodeSystem/coverage-class',
  copay: 'http://terminology.hl7.org/CodeSystem/coverage-copay-type',
} as const;

export const DOCUMENT_EXTENSIONS = {
  /** A field that the resource is made of: where it was read, how sure that is, and what a person said of it. */
  readField: `${FHIR_BASE}StructureDefinition/read-field`,
  /** What the display of a device shows: a measurement of now, a stored one, an average, an error. */
  screen: `${FHIR_BASE}StructureDefinition/screen`,
  /** The size of a page, which polygons lie on. */
  page: `${FHIR_BASE}StructureDefinition/page-size`,
} as const;

// --- Extensions -----------------------------------------------------------------------------------------------------

const screenKind = reading.shape.screen.unwrap().shape.kind;
const pixels = /^-?\d+(?:\.\d)?,-?\d+(?:\.\d)?(?: -?\d+(?:\.\d)?,-?\d+(?:\.\d)?){3}$/;

/** ext-1: parts, or one value. Its own parts are named by words of its own. */
const readFieldExtension = z.strictObject({
  url: z.literal(DOCUMENT_EXTENSIONS.readField),
  extension: z
    .array(
      z.discriminatedUnion('url', [
        z.strictObject({ url: z.literal('field'), valueString: z.string().startsWith('/readings/') }),
        z.strictObject({ url: z.literal('printed'), valueString: text }),
        z.strictObject({ url: z.literal('status'), valueCode: readField.shape.status }),
        z.strictObject({ url: z.literal('reason'), valueCode: code }),
        z.strictObject({ url: z.literal('confidence'), valueDecimal: z.number().min(0).max(1) }),
        z.strictObject({ url: z.literal('page'), valuePositiveInt: z.int().min(1) }),
        z.strictObject({ url: z.literal('polygon'), valueString: z.string().regex(pixels) }),
        z.strictObject({ url: z.literal('machine-value'), valueString: text }),
        z.strictObject({ url: z.literal('reviewed-at'), valueDateTime: instant }),
        z.strictObject({ url: z.literal('reviewed-by'), valueString: text }),
      ]),
    )
    .min(1),
});
const screenExtension = z.strictObject({ url: z.literal(DOCUMENT_EXTENSIONS.screen), valueCode: screenKind });
const pageExtension = z.strictObject({
  url: z.literal(DOCUMENT_EXTENSIONS.page),
  extension: z.tuple([
    z.strictObject({ url: z.literal('number'), valuePositiveInt: z.int().min(1) }),
    z.strictObject({ url: z.literal('width'), valuePositiveInt: z.int().min(1) }),
    z.strictObject({ url: z.literal('height'), valuePositiveInt: z.int().min(1) }),
  ]),
});
/** Every resource says how sure the machine is of it. */
const evidence = z
  .array(z.discriminatedUnion('url', [confidenceExtension, readFieldExtension, screenExtension, pageExtension]))
  .min(1)
  .refine((all) => all.filter(({ url }) => url === confidenceExtension.shape.url.value).length === 1);

/** Why there is no value: it could not be read, or a person says that there is none. */
export const ABSENT_REASONS = ['unknown', 'not-applicable'] as const;
const absent = z.strictObject({
  extension: z.tuple([z.strictObject({ url: z.literal(DATA_ABSENT_REASON), valueCode: z.enum(ABSENT_REASONS) })]),
});

// --- Datatypes ------------------------------------------------------------------------------------------------------

const part = z.tuple([z.strictObject({ system: z.literal(DOCUMENT_SYSTEMS.part), value: text })]);
const inBundle = z.strictObject({ reference: fullUrl });
const display = z.strictObject({ display: text });
const person = z.union([
  patientReference,
  z.strictObject({ type: z.literal('Patient'), display: text }),
  absent.extend({ type: z.literal('Patient') }),
]);
/** qty-3: a code comes with its system. A result may be printed without a unit. */
const value = z
  .strictObject({
    value: z.number(),
    comparator: measuredField.shape.comparator.unwrap().optional(),
    unit: text.optional(),
    system: z.literal(CODE_SYSTEMS.ucum).optional(),
    code: code.optional(),
  })
  .refine((one) => (one.code === undefined) === (one.system === undefined));
const bound = value.refine(({ comparator }) => comparator === undefined);

/** Whether it is one or the other: a day as printed, or that it isn't known. */
const isDated = (one: { effectiveDateTime?: unknown; _effectiveDateTime?: unknown }): boolean =>
  (one.effectiveDateTime === undefined) !== (one._effectiveDateTime === undefined);
const effective = { effectiveDateTime: date.optional(), _effectiveDateTime: absent.optional() };

/** obs-6: dataAbsentReason only where there is no value; and ours: one of the two always. */
const measured = { valueQuantity: value.optional(), dataAbsentReason: codeableConcept.optional() };
const saysOne = (one: { valueQuantity?: unknown; dataAbsentReason?: unknown }): boolean =>
  (one.valueQuantity === undefined) !== (one.dataAbsentReason === undefined);

// --- Resources ------------------------------------------------------------------------------------------------------

const device = z.strictObject({
  resourceType: z.literal('Device'),
  id: elementId,
  type: codeableConcept,
});

const observation = z
  .strictObject({
    resourceType: z.literal('Observation'),
    contained: z.array(device).length(1).optional(),
    extension: evidence,
    identifier: part,
    status: z.enum(['preliminary', 'final', 'entered-in-error']),
    category: categories,
    code: codeableConcept,
    subject: person.optional(),
    ...effective,
    issued: instant,
    ...measured,
    interpretation: z.tuple([conceptIn(DOCUMENT_SYSTEMS.interpretation, ['H', 'L', 'HH', 'LL', 'A'])]).optional(),
    specimen: display.optional(),
    device: containedReference.optional(),
    derivedFrom: z.tuple([inBundle]),
    referenceRange: z
      .tuple([
        z
          .strictObject({ low: bound.optional(), high: bound.optional(), text: text.optional() })
          // obs-3: at least one of them.
          .refine((range) => Object.keys(range).length > 0),
      ])
      .optional(),
    component: z
      .array(
        z
          .strictObject({ extension: z.tuple([confidenceExtension]).optional(), code: codeableConcept, ...measured })
          .refine(saysOne),
      )
      .length(2)
      .optional(),
  })
  .refine((one) => (one.component === undefined ? saysOne(one) : !saysOne(one) && one.valueQuantity === undefined))
  .refine(isDated)
  .refine(({ device: of, contained = [] }) =>
    of === undefined ? contained.length === 0 : isContained(of.reference, contained),
  );

const diagnosticReport = z
  .strictObject({
    resourceType: z.literal('DiagnosticReport'),
    extension: evidence,
    identifier: part,
    status: z.enum(['preliminary', 'final']),
    category: z.tuple([conceptIn(DOCUMENT_SYSTEMS.section, ['LAB'])]),
    code: codeableConcept,
    subject: person.optional(),
    ...effective,
    issued: instant,
    specimen: z.tuple([display]).optional(),
    result: z.array(inBundle).min(1).optional(),
  })
  .refine(isDated);

const dosage = z.tuple([z.strictObject({ text })]).optional();
const medicationConcept = z.union([z.strictObject({ text }), absent]);

const medicationRequest = z.strictObject({
  resourceType: z.literal('MedicationRequest'),
  extension: evidence,
  identifier: part,
  status: z.enum(['unknown', 'entered-in-error']),
  intent: z.literal('order'),
  reportedBoolean: z.literal(true),
  medicationCodeableConcept: medicationConcept,
  subject: person,
  supportingInformation: z.tuple([inBundle]),
  authoredOn: date.optional(),
  requester: display.optional(),
  dosageInstruction: dosage,
  dispenseRequest: z
    .strictObject({
      numberOfRepeatsAllowed: z.int().min(0).optional(),
      quantity: z.strictObject({ value: z.number().min(0) }).optional(),
    })
    .refine((request) => Object.keys(request).length > 0)
    .optional(),
});

const medicationStatement = z.strictObject({
  resourceType: z.literal('MedicationStatement'),
  extension: evidence,
  identifier: part,
  status: z.enum(['unknown', 'entered-in-error']),
  medicationCodeableConcept: medicationConcept,
  subject: person,
  derivedFrom: z.tuple([inBundle]),
  dosage,
});

const condition = z.strictObject({
  resourceType: z.literal('Condition'),
  extension: evidence,
  identifier: part,
  // con-5: no clinical status where it is entered in error; con-3 asks for one in a list of problems, which this is not.
  verificationStatus: conceptIn(DOCUMENT_SYSTEMS.verification, ['unconfirmed', 'entered-in-error']).optional(),
  category: z.tuple([conceptIn(DOCUMENT_SYSTEMS.diagnosis, ['encounter-diagnosis'])]),
  code: z.union([codeableConcept, absent]),
  subject: person,
  evidence: z.tuple([z.strictObject({ detail: z.tuple([inBundle]) })]),
});

const coverage = z.strictObject({
  resourceType: z.literal('Coverage'),
  extension: evidence,
  identifier: part,
  status: z.literal('draft'),
  subscriberId: text.optional(),
  beneficiary: person,
  payor: z.tuple([z.union([display, absent])]),
  class: z
    .array(
      z.strictObject({
        type: conceptIn(DOCUMENT_SYSTEMS.coverageClass, ['group', 'plan', 'rxbin', 'rxpcn', 'rxgroup']),
        value: text,
      }),
    )
    .min(1)
    .optional(),
  costToBeneficiary: z
    .array(
      z.strictObject({
        type: conceptIn(DOCUMENT_SYSTEMS.copay, ['gpvisit', 'spvisit', 'emergency', 'urgentcare']),
        valueMoney: z.strictObject({
          value: z.number().min(0),
          /** ISO 4217. */
          currency: z
            .string()
            .regex(/^[A-Z]{3}$/)
            .optional(),
        }),
      }),
    )
    .min(1)
    .optional(),
});

const printedPatient = z.strictObject({
  resourceType: z.literal('Patient'),
  id: elementId,
  identifier: z
    .tuple([z.strictObject({ type: conceptIn(DOCUMENT_SYSTEMS.identifierType, ['MR']), value: text })])
    .optional(),
  name: z.tuple([z.strictObject({ text })]).optional(),
  birthDate: date.optional(),
});

/** per-1: a period does not end before it begins; days as printed compare as text. */
const period = z
  .strictObject({ start: date.optional(), end: date.optional() })
  .refine(({ start, end }) => start !== undefined || end !== undefined)
  .refine(({ start, end }) => start === undefined || end === undefined || start <= end);

const documentReference = z
  .strictObject({
    resourceType: z.literal('DocumentReference'),
    contained: z.array(printedPatient).length(1).optional(),
    extension: evidence,
    identifier: z.tuple([z.strictObject({ system: z.literal(DOCUMENT_SYSTEMS.document), value: text })]),
    status: z.literal('current'),
    type: codeableConcept.optional(),
    subject: person.optional(),
    date: instant,
    content: z.tuple([z.strictObject({ attachment: z.strictObject({ title: text }) })]),
    context: z
      .strictObject({
        encounter: z.tuple([z.strictObject({ type: z.literal('Encounter'), identifier })]).optional(),
        period: period.optional(),
        sourcePatientInfo: containedReference.optional(),
        related: z.array(inBundle).min(1).optional(),
      })
      .refine((context) => Object.keys(context).length > 0)
      .optional(),
  })
  .refine(({ context, contained = [] }) =>
    context?.sourcePatientInfo === undefined
      ? contained.length === 0
      : isContained(context.sourcePatientInfo.reference, contained),
  );

const resource = z.discriminatedUnion('resourceType', [
  ...([documentReference, observation, diagnosticReport, medicationRequest] as const),
  ...([medicationStatement, condition, coverage] as const),
]);

export const documentBundle = collectionOf(resource)
  // The document first, and to it belongs all else.
  .refine(({ entry: [first, ...others] }) => {
    if (first?.resource.resourceType !== 'DocumentReference') return false;
    const related = first.resource.context?.related ?? [];
    return related.map(({ reference }) => reference).join() === others.map((one) => one.fullUrl).join();
  })
  // What refers to another entry finds it.
  .refine(({ entry }) => {
    const names = new Set(entry.map((one) => one.fullUrl));
    const referred = JSON.stringify(entry).matchAll(/"reference":"(urn:[^"]+)"/g);
    return [...referred].every(([, name = '']) => names.has(name));
  });

/** The forms of the answer of a document that was read. */
export const documentForms: Readonly<Record<string, Representation>> = {
  [FHIR_MEDIA_TYPE]: {
    schema: documentBundle,
    description:
      'A FHIR R4 Bundle (`collection`): a DocumentReference, and what the document says as Observation, DiagnosticReport, MedicationRequest, MedicationStatement, Condition or Coverage. A value is `preliminary` until a person has reviewed it. A document that was not read, because it runs, failed or was cancelled, has no such form and is answered as JSON.',
  },
};
