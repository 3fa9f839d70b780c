import { DOCUMENT_SYSTEMS } from '@smartscan/contracts/extraction/fhir';
import { FHIR_MEDIA_TYPE } from '@smartscan/contracts/fhir/terms';
import type { JobSummary } from '@smartscan/contracts/job';
import { Reply, REPRESENTATION_HEADER, type Call } from '@smartscan/platform/ports';
import type { Reading } from './extract.ts';
import { issuedOf, urnOf, type InDocument, type Made } from './fhir-context.ts';
import { coverage } from './fhir-coverage.ts';
import { deviceObservations, isDevice } from './fhir-device.ts';
import { documentReference } from './fhir-document.ts';
import type { FhirBundle } from './fhir-fields.ts';
import { dischargeSummary, labReport, prescription } from './fhir-papers.ts';
import type { FhirTerms } from './fhir-terms.ts';
import type { DocumentAnswer } from './present.ts';

/** What a reading says, a resource each. */
const resourcesOf = (from: InDocument): Made[] => {
  const { type } = from.reading;
  if (isDevice(type)) return deviceObservations(from, type);
  switch (type) {
    case 'lab_report':
      return labReport(from);
    case 'prescription':
      return prescription(from);
    case 'insurance_card':
      return coverage(from);
    case 'discharge_summary':
      return dischargeSummary(from);
    case 'not_a_medical_document':
      return [];
  }
};

/** What was read from a document as a FHIR R4 Bundle: the document, and what it says. */
export const fhirBundleOf = (answer: DocumentAnswer, readings: readonly Reading[], terms: FhirTerms): FhirBundle => {
  const parts = readings.map((reading, i): InDocument => ({ answer, terms, reading, at: `/readings/${i}` }));
  const made = parts.flatMap(resourcesOf);
  return {
    resourceType: 'Bundle',
    identifier: { system: DOCUMENT_SYSTEMS.document, value: answer.id },
    type: 'collection',
    timestamp: issuedOf(answer),
    entry: [documentReference(answer, parts, { made, terms }), ...made].map(({ at, resource }) => ({
      fullUrl: urnOf(answer, at),
      resource,
    })),
  };
};

/** The answer in the form that the caller asked for, where the document was read; else as it is. */
export function inForm(
  answer: DocumentAnswer | Reply<JobSummary>,
  { representation }: Pick<Call, 'representation'>,
  terms: FhirTerms,
): DocumentAnswer | Reply<JobSummary> | Reply<FhirBundle> {
  if (answer instanceof Reply || representation !== FHIR_MEDIA_TYPE || answer.readings === null) return answer;
  return new Reply(200, fhirBundleOf(answer, answer.readings, terms), {
    [REPRESENTATION_HEADER]: FHIR_MEDIA_TYPE,
    // A bundle's id may hold no underscore, so ours stands here as well.
    'Content-Location': `/v1/documents/${answer.id}`,
  });
}
