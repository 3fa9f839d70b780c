import { z } from 'zod';
import {
  codeableConcept,
  collectionOf,
  confidenceExtension,
  containedReference,
  elementId,
  identifier,
  instant,
  isContained,
  patientReference,
  quantity,
  text,
} from '../fhir/datatypes.ts';
import { FHIR_BASE, FHIR_MEDIA_TYPE } from '../fhir/terms.ts';
import type { Representation } from '../operation.ts';

/** The part of FHIR R4 that the answer of a scan uses (hl7.org/fhir/R4: bundle, observation, device). */
export const SCAN_SYSTEMS = {
  marker: `${FHIR_BASE}CodeSystem/marker`,
  status: `${FHIR_BASE}CodeSystem/marker-status`,
  scan: `${FHIR_BASE}identifier/scan`,
  observation: `${FHIR_BASE}identifier/scan-marker`,
} as const;

export const SCAN_EXTENSIONS = {
  interval: `${FHIR_BASE}StructureDefinition/interval-95`,
  wellness: `${FHIR_BASE}StructureDefinition/wellness-estimate`,
  calibrated: `${FHIR_BASE}StructureDefinition/calibrated-at`,
} as const;

/** rng-2: low is not above high. */
const range = z
  .strictObject({ low: quantity, high: quantity })
  .refine(({ low, high }) => low.value <= high.value && low.code === high.code);

/** ext-1: one value each. */
const extension = z.union([
  confidenceExtension,
  z.strictObject({ url: z.literal(SCAN_EXTENSIONS.interval), valueRange: range }),
  z.strictObject({ url: z.literal(SCAN_EXTENSIONS.wellness), valueBoolean: z.boolean() }),
  z.strictObject({ url: z.literal(SCAN_EXTENSIONS.calibrated), valueDateTime: instant }),
]);

const device = z.strictObject({
  resourceType: z.literal('Device'),
  id: elementId,
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
    subject: patientReference.optional(),
    effectiveDateTime: instant,
    issued: instant,
    valueQuantity: quantity.optional(),
    dataAbsentReason: codeableConcept.optional(),
    interpretation: z.array(codeableConcept).min(1).optional(),
    note: z.array(z.strictObject({ text })).min(1),
    method: codeableConcept,
    device: containedReference,
  })
  // obs-6: dataAbsentReason only where there is no value; and ours: one of the two always.
  .refine(({ valueQuantity, dataAbsentReason }) => (valueQuantity === undefined) !== (dataAbsentReason === undefined))
  .refine((one) => isContained(one.device.reference, one.contained));

export const fhirBundle = collectionOf(observation);

/** The forms of a completed scan's answer. */
export const scanForms: Readonly<Record<string, Representation>> = {
  [FHIR_MEDIA_TYPE]: {
    schema: fhirBundle,
    description:
      'A FHIR R4 Bundle (`collection`) with an Observation for each marker, `preliminary`: an estimate, not the reading of a medical device. A scan that has no vitals, because it runs, failed or was cancelled, has no such form and is answered as JSON.',
  },
};
