import { z } from 'zod';
import type { Representation } from '../operation.ts';

/**
 * The part of FHIR R4 (4.0.1) that an answer uses, as strict as its specification (hl7.org/fhir/R4: bundle, observation,
 * device, datatypes): an unknown member, a code outside its value set, or a broken invariant is a defect of ours.
 */
export const FHIR_MEDIA_TYPE = 'application/fhir+json';

/** What our own codes, identifiers and extensions begin with. */
export const FHIR_BASE = 'https://docs.smartscan.example/fhir/';

export const FHIR_SYSTEMS = {
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
  category: 'http://terminology.hl7.org/CodeSystem/observation-category',
  absent: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
  marker: `${FHIR_BASE}CodeSystem/marker`,
  status: `${FHIR_BASE}CodeSystem/marker-status`,
  scan: `${FHIR_BASE}identifier/scan`,
  observation: `${FHIR_BASE}identifier/scan-marker`,
} as const;

export const FHIR_EXTENSIONS = {
  confidence: `${FHIR_BASE}StructureDefinition/confidence`,
  interval: `${FHIR_BASE}StructureDefinition/interval-95`,
  wellness: `${FHIR_BASE}StructureDefinition/wellness-estimate`,
  calibrated: `${FHIR_BASE}StructureDefinition/calibrated-at`,
} as const;

/** `string`: not empty, no space at either end in anything that we say. */
const text = z.string().regex(/^\S(?:[\s\S]*\S)?$/);
const uri = z.string().regex(/^\S+$/);
/** `code`: no space but single ones inside. */
const code = z.string().regex(/^\S+(?: \S+)*$/);
/** `instant` and `dateTime` with a time must name a zone. */
const instant = z.iso.datetime({ offset: true });

const coding = z.strictObject({ system: uri, code, display: text.optional() });
const codeableConcept = z
  .strictObject({ coding: z.array(coding).min(1).optional(), text: text.optional() })
  .refine((concept) => concept.coding !== undefined || concept.text !== undefined);
const identifier = z.strictObject({ system: uri.optional(), value: text });
/** qty-3: a code comes with its system. */
const quantity = z.strictObject({ value: z.number(), unit: text, system: z.literal(FHIR_SYSTEMS.ucum), code });
/** rng-2: low is not above high. */
const range = z
  .strictObject({ low: quantity, high: quantity })
  .refine(({ low, high }) => low.value <= high.value && low.code === high.code);

/** ext-1: one value each. */
const extension = z.union([
  z.strictObject({ url: z.literal(FHIR_EXTENSIONS.confidence), valueDecimal: z.number().min(0).max(1) }),
  z.strictObject({ url: z.literal(FHIR_EXTENSIONS.interval), valueRange: range }),
  z.strictObject({ url: z.literal(FHIR_EXTENSIONS.wellness), valueBoolean: z.boolean() }),
  z.strictObject({ url: z.literal(FHIR_EXTENSIONS.calibrated), valueDateTime: instant }),
]);

const device = z.strictObject({
  resourceType: z.literal('Device'),
  id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  /** udi-device-name | user-friendly-name | patient-reported-name | manufacturer-name | model-name | other */
  deviceName: z.array(z.strictObject({ name: text, type: z.literal('other') })).min(1),
  version: z.array(z.strictObject({ type: codeableConcept, value: text })).optional(),
  note: z.array(z.strictObject({ text })).optional(),
});

const observation = z
  .strictObject({
    resourceType: z.literal('Observation'),
    contained: z.array(device).length(1),
    extension: z.array(extension).min(1),
    identifier: z.array(identifier).min(1),
    status: z.literal('preliminary'),
    category: z.array(codeableConcept).min(1),
    code: codeableConcept,
    subject: z.strictObject({ type: z.literal('Patient'), identifier }).optional(),
    effectiveDateTime: instant,
    issued: instant,
    valueQuantity: quantity.optional(),
    dataAbsentReason: codeableConcept.optional(),
    interpretation: z.array(codeableConcept).min(1).optional(),
    note: z.array(z.strictObject({ text })).min(1),
    method: codeableConcept,
    device: z.strictObject({ reference: z.string().regex(/^#[A-Za-z0-9.-]{1,64}$/) }),
  })
  // obs-6: dataAbsentReason only where there is no value; and ours: one of the two always.
  .refine(({ valueQuantity, dataAbsentReason }) => (valueQuantity === undefined) !== (dataAbsentReason === undefined))
  // dom-3: what is contained is referred to.
  .refine((one) => one.device.reference === `#${one.contained[0]?.id ?? ''}`);

export const fhirBundle = z
  .strictObject({
    resourceType: z.literal('Bundle'),
    identifier,
    type: z.literal('collection'),
    timestamp: instant,
    entry: z
      .array(
        z.strictObject({
          fullUrl: z.string().regex(/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          resource: observation,
        }),
      )
      .min(1),
  })
  // bdl-7: full URLs are unique.
  .refine(({ entry }) => new Set(entry.map(({ fullUrl }) => fullUrl)).size === entry.length);

/** The forms of a completed scan's answer. */
export const scanForms: Readonly<Record<string, Representation>> = {
  [FHIR_MEDIA_TYPE]: {
    schema: fhirBundle,
    description:
      'A FHIR R4 Bundle (`collection`) with an Observation for each marker, `preliminary`: an estimate, not the reading of a medical device. A scan that has no vitals, because it runs, failed or was cancelled, has no such form and is answered as JSON.',
  },
};
