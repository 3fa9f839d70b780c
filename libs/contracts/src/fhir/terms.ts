/** What answers in FHIR R4 (4.0.1, hl7.org/fhir/R4) share: systems of codes, extensions, names. */
export const FHIR_MEDIA_TYPE = 'application/fhir+json';

/** What our own codes, identifiers and extensions begin with. */
export const FHIR_BASE = 'https://docs.smartscan.example/fhir/';

const HL7 = 'http://terminology.hl7.org/CodeSystem/';

/** Whose codes they are. */
export const CODE_SYSTEMS = {
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
  category: `${HL7}observation-category`,
  absent: `${HL7}data-absent-reason`,
} as const;

/** How sure the machine is of what the resource that carries it says, 0-1. */
export const CONFIDENCE = `${FHIR_BASE}StructureDefinition/confidence`;

/** HL7's own extension: why an element that must be there has no value. */
export const DATA_ABSENT_REASON = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** Codes of HL7's category of an observation that are used, with their display. */
export const OBSERVATION_CATEGORIES = {
  'vital-signs': 'Vital Signs',
  laboratory: 'Laboratory',
  procedure: 'Procedure',
  exam: 'Exam',
  therapy: 'Therapy',
} as const;
export type ObservationCategory = keyof typeof OBSERVATION_CATEGORIES;
