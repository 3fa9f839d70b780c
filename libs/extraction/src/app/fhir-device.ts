import { DOCUMENT_SYSTEMS } from '@smartscan/contracts/extraction/fhir';
import type { ObservationCategory } from '@smartscan/contracts/fhir/terms';
import { DEVICE_TYPES, type DeviceType } from '@smartscan/kernel';
import type { InDocument, Made } from './fhir-context.ts';
import { isMeasured, type MeasuredField } from './fhir-fields.ts';
import { measuredCode, observationsOf, type Observation } from './fhir-observations.ts';

/**
 * What kind of observation a device makes, by what HL7 says of each category (hl7.org/fhir/R4/codesystem-observation-category
 * .html); a vital sign is one on whatever device. Spirometry and the ECG are procedures, settings of a pump are of a therapy.
 */
const CATEGORIES: Readonly<Record<DeviceType, ObservationCategory>> = {
  blood_pressure_monitor: 'vital-signs',
  glucose_meter: 'laboratory',
  pulse_oximeter: 'vital-signs',
  thermometer: 'vital-signs',
  weight_scale: 'vital-signs',
  body_composition_scale: 'exam',
  peak_flow_meter: 'procedure',
  spirometer: 'procedure',
  ecg_monitor: 'procedure',
  hba1c_meter: 'laboratory',
  capnometer: 'vital-signs',
  labelled_display: 'therapy',
};

export const isDevice = (type: string): type is DeviceType => DEVICE_TYPES.some((device) => device === type);

const measurementOf = (
  { at, terms }: InDocument,
  type: DeviceType,
  [name, field]: readonly [string, MeasuredField],
) => {
  const { meaning, analytes } = terms.shown(type, name) ?? { meaning: name, analytes: [] };
  const known = analytes.map((key) => (key === null ? undefined : terms.analyte(key)));
  // In which unit a refused value is, isn't always known; where the field is one analyte in all of them, it is that one.
  const analyte = known.length === 1 ? known[0] : undefined;
  const isVital = known.length > 0 && known.every((one) => one?.isVital);
  return {
    key: name,
    at: `${at}/fields/${name}`,
    field,
    code: measuredCode(
      field.loinc ?? analyte?.loinc,
      { system: DOCUMENT_SYSTEMS.field, code: name, display: meaning },
      meaning,
    ),
    category: isVital ? ('vital-signs' as const) : CATEGORIES[type],
  };
};

/** What a device shows: an observation of each of its values. */
export const deviceObservations = (from: InDocument, type: DeviceType): Made<Observation>[] => {
  const measured = Object.entries(from.reading.fields).flatMap(([name, field]) =>
    isMeasured(field) ? [[name, field] as const] : [],
  );
  return observationsOf(
    from,
    measured.map((one) => measurementOf(from, type, one)),
  );
};
