import type { z } from 'zod';
import { categoryOf, patientOf, quantityOf } from '@smartscan/contracts/fhir/datatypes';
import { CODE_SYSTEMS, CONFIDENCE, FHIR_MEDIA_TYPE } from '@smartscan/contracts/fhir/terms';
import type { JobSummary } from '@smartscan/contracts/job';
import type { marker } from '@smartscan/contracts/vitals';
import { SCAN_EXTENSIONS, SCAN_SYSTEMS, type fhirBundle } from '@smartscan/contracts/vitals/fhir';
import { namedUuid } from '@smartscan/kernel';
import { Reply, REPRESENTATION_HEADER, type Call } from '@smartscan/platform/ports';
import { MARKERS } from '../domain/marker-table.ts';
import type { MarkerDefinition } from '../domain/markers/definition.ts';
import type { ScanAnswer } from './present.ts';

export type FhirBundle = z.output<typeof fhirBundle>;
type Observation = FhirBundle['entry'][number]['resource'];
type Marker = z.output<typeof marker>;

const DEVICE_ID = 'smartscan';
const NOTE = 'Estimated from a video of the face; not the reading of a medical device.';

/** Why there is no value, in HL7's words: a refused one exists and is not known. */
const ABSENT = { refused: 'unknown', unsupported: 'unsupported' } as const;

const definitionOf = (name: string): MarkerDefinition | undefined =>
  (MARKERS as Readonly<Record<string, MarkerDefinition>>)[name];

/** What the value is worth: FHIR has no place of its own for it. A reference range is something else. */
function extensionsOf(marker: Marker): Observation['extension'] {
  const { confidence, interval, unit, wellness_estimate: wellness, calibrated_at: calibratedAt } = marker;
  return [
    { url: CONFIDENCE, valueDecimal: confidence },
    ...(interval === undefined
      ? []
      : [
          {
            url: SCAN_EXTENSIONS.interval,
            valueRange: { low: quantityOf(interval[0], unit), high: quantityOf(interval[1], unit) },
          },
        ]),
    ...(wellness === undefined ? [] : [{ url: SCAN_EXTENSIONS.wellness, valueBoolean: wellness }]),
    ...(calibratedAt === undefined ? [] : [{ url: SCAN_EXTENSIONS.calibrated, valueDateTime: calibratedAt }]),
  ];
}

/** The value, or why there is none; beside a value that is doubted, why. */
function valueOf({
  value,
  unit,
  status,
  reasons,
}: Marker): Pick<Observation, 'valueQuantity' | 'dataAbsentReason' | 'interpretation'> {
  const said = reasons.length === 0 ? {} : { text: reasons.join(', ') };
  if (value === null) {
    const code = ABSENT[status === 'unsupported' ? 'unsupported' : 'refused'];
    return { dataAbsentReason: { coding: [{ system: CODE_SYSTEMS.absent, code }], ...said } };
  }
  const doubted = { coding: [{ system: SCAN_SYSTEMS.status, code: status }], ...said };
  return { valueQuantity: quantityOf(value, unit), ...(status === 'ok' ? {} : { interpretation: [doubted] }) };
}

function codeOf(name: string): Observation['code'] {
  const { loinc = null, title = name } = definitionOf(name) ?? {};
  const own = { system: SCAN_SYSTEMS.marker, code: name, display: title };
  return { coding: [...(loinc === null ? [] : [{ system: CODE_SYSTEMS.loinc, code: loinc }]), own], text: title };
}

/** The networks that took part, as versions of the device. */
const deviceOf = ({ models }: ScanAnswer): Observation['contained'][number] => {
  const version = Object.entries(models ?? {}).map(([name, digest]) => ({ type: { text: name }, value: digest }));
  return {
    resourceType: 'Device',
    id: DEVICE_ID,
    deviceName: [{ name: 'SmartScan', type: 'other' }],
    ...(version.length === 0 ? {} : { version }),
    note: [{ text: NOTE }],
  };
};

const observationOf = (scan: ScanAnswer, name: string, marker: Marker): Observation => ({
  resourceType: 'Observation',
  contained: [deviceOf(scan)],
  extension: extensionsOf(marker),
  identifier: [{ system: SCAN_SYSTEMS.observation, value: `${scan.id}/${name}` }],
  status: 'preliminary',
  category: categoryOf('vital-signs'),
  code: codeOf(name),
  ...(scan.patient_id === null ? {} : { subject: patientOf(scan.patient_id) }),
  effectiveDateTime: scan.created_at,
  issued: scan.finished_at ?? scan.created_at,
  ...valueOf(marker),
  note: [{ text: NOTE }],
  method: { text: marker.method },
  device: { reference: `#${DEVICE_ID}` },
});

/** The markers of a completed scan as a FHIR R4 Bundle, an Observation each, all of it read off the table of markers. */
export const fhirBundleOf = (scan: ScanAnswer, markers: Readonly<Record<string, Marker>>): FhirBundle => ({
  resourceType: 'Bundle',
  identifier: { system: SCAN_SYSTEMS.scan, value: scan.id },
  type: 'collection',
  timestamp: scan.finished_at ?? scan.created_at,
  entry: Object.entries(markers).map(([name, marker]) => ({
    fullUrl: `urn:uuid:${namedUuid(scan.id, name)}`,
    resource: observationOf(scan, name, marker),
  })),
});

/** The answer in the form that the caller asked for, where it has vitals; else as it is. */
export function inForm(
  answer: ScanAnswer | Reply<JobSummary>,
  { representation }: Pick<Call, 'representation'>,
): ScanAnswer | Reply<JobSummary> | Reply<FhirBundle> {
  if (answer instanceof Reply || representation !== FHIR_MEDIA_TYPE || answer.markers === null) return answer;
  return new Reply(200, fhirBundleOf(answer, answer.markers), {
    [REPRESENTATION_HEADER]: FHIR_MEDIA_TYPE,
    // A bundle's id may hold no underscore, so ours stands here as well.
    'Content-Location': `/v1/scans/${answer.id}`,
  });
}
