import { DOCUMENT_EXTENSIONS } from '@smartscan/contracts/extraction/fhir';
import {
  codesOf,
  resourcesIn,
  resourcesOfType,
  saidOfField,
  type Resource,
  type ResourceOf,
} from '@smartscan/testing/document-fhir';
import {
  deviceReading,
  documentOf,
  REFUSED,
  review,
  REVIEWED_AT,
  REVIEWER_ID,
  shown,
  type DocumentAnswer,
  type Reading,
} from '@smartscan/testing/read-documents';
import { FHIR_TERMS } from '../adapters/fhir-terms.ts';
import { fhirBundleOf } from './fhir-bundle.ts';

/** Every bundle that is looked into is a valid one. */
const resourcesOf = (read: Reading, more?: Partial<DocumentAnswer>): Resource[] =>
  resourcesIn(fhirBundleOf(documentOf([read], more), [read], FHIR_TERMS));
const observationsOf = (...of: Parameters<typeof deviceReading>): ResourceOf<'Observation'>[] =>
  resourcesOfType(resourcesOf(deviceReading(...of)), 'Observation');

describe('a device as FHIR', () => {
  const pressure = { sys: shown(128, ['mm[Hg]', '8480-6']), dia: shown(82, ['mm[Hg]', '8462-4']) };

  it('blood pressure is one observation with two components, the pulse another', () => {
    const pulse = shown(71, ['/min', '8867-4'], { unit: '/min' });
    const found = observationsOf('blood_pressure_monitor', { ...pressure, pulse });
    expect(found.map(({ code }) => codesOf(code)[0])).toEqual(['85354-9', '8867-4']);
    expect(found[0]!.component!.map(({ code, valueQuantity }) => [codesOf(code)[0], valueQuantity])).toEqual([
      ['8480-6', { value: 128, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' }],
      ['8462-4', { value: 82, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' }],
    ]);
    expect(
      found.every(({ status, category }) => status === 'preliminary' && codesOf(category[0])[0] === 'vital-signs'),
    ).toBe(true);
    expect(found[0]!.contained![0]!.type.text).toBe('Blood-pressure monitor');
  });

  it('a pressure that is refused or not seen is a component with the reason for its absence', () => {
    const bothOf = (fields: Reading['fields']) => observationsOf('blood_pressure_monitor', fields)[0]!.component!;
    const [high, low] = bothOf({ sys: pressure.sys, dia: { ...pressure.dia, ...REFUSED } });
    expect([high!.valueQuantity!.value, low!.valueQuantity]).toEqual([128, undefined]);
    expect(low!.dataAbsentReason).toMatchObject({ coding: [{ code: 'unknown' }], text: 'readers_disagree' });
    expect(bothOf({ sys: pressure.sys })[1]!.dataAbsentReason!.coding![0]!.code).toBe('unknown');
  });

  it('a value that is refused is absent, and what it is of is still known where the unit can’t change that', () => {
    const [weight] = observationsOf('weight_scale', { weight: shown(0, ['kg', '-'], REFUSED) });
    expect([codesOf(weight!.code)[0], weight!.valueQuantity]).toEqual(['29463-7', undefined]);
    expect(weight!.dataAbsentReason!.coding![0]!.code).toBe('unknown');
    const [glucose] = observationsOf('glucose_meter', { glucose: shown(0, ['', '-'], { ...REFUSED, ucum: null }) });
    expect([codesOf(glucose!.code), codesOf(glucose!.category[0])]).toEqual([['glucose'], ['laboratory']]);
  });

  it('a vital sign in a unit that its profile does not know is given in the one it does, as printed beside', () => {
    const comparable = { value: 73.48, ucum: 'kg' };
    const stones = shown(11.57, ['[stone_av]', '29463-7'], { printed: '11:8', unit: 'st', comparable });
    const [found] = observationsOf('weight_scale', { weight: stones });
    expect(found!.valueQuantity).toMatchObject({ value: 73.48, code: 'kg' });
    expect(saidOfField(found!, '/readings/0/fields/weight')).toMatchObject({ printed: '11:8' });
  });

  it('a saturation has the general code of its profile beside its own', () => {
    const [found] = observationsOf('pulse_oximeter', { spo2: shown(97, ['%', '59408-5']) });
    expect(codesOf(found!.code)).toEqual(['59408-5', '2708-6', 'spo2']);
  });

  it('what a person says replaces the machine’s value and makes it final; both of two, for a pair', () => {
    const temp = shown(36.6, ['Cel', '8310-5'], { ...REFUSED, printed: '386', ...review(38.6) });
    const [found] = observationsOf('thermometer', { temp });
    expect([found!.status, found!.valueQuantity!.value, found!.issued]).toEqual(['final', 38.6, REVIEWED_AT]);
    expect(saidOfField(found!, '/readings/0/fields/temp')).toMatchObject({
      printed: '386',
      status: 'refused',
      'reviewed-at': REVIEWED_AT,
      'reviewed-by': REVIEWER_ID,
    });
    const half = { ...pressure, sys: { ...pressure.sys, ...review(182) } };
    const panel = observationsOf('blood_pressure_monitor', half)[0]!;
    expect([panel.status, panel.component![0]!.valueQuantity!.value]).toEqual(['preliminary', 182]);
    expect(saidOfField(panel, '/readings/0/fields/sys')).toMatchObject({ 'machine-value': '128' });
  });

  it('what a person says is not there is taken back', () => {
    const temp = shown(36.6, ['Cel', '8310-5'], review(null));
    const [found] = observationsOf('thermometer', { temp });
    expect([found!.status, found!.valueQuantity]).toEqual(['entered-in-error', undefined]);
    expect(found!.dataAbsentReason!.coding![0]!.code).toBe('not-applicable');
  });

  it('says what the screen showed, where it was read and that the day is not known', () => {
    const read = {
      ...deviceReading('thermometer', { temp: shown(36.6, ['Cel', '8310-5']) }),
      screen: { kind: 'stored' as const, printed: 'M' },
    };
    const [found] = resourcesOfType(resourcesOf(read, { patient_id: 'patient-7' }), 'Observation');
    expect(found!.extension).toContainEqual({ url: DOCUMENT_EXTENSIONS.screen, valueCode: 'stored' });
    expect(saidOfField(found!, '/readings/0/fields/temp')).toMatchObject({
      confidence: 0.9,
      page: 1,
      polygon: '10,20 110.5,20 110.5,60 10,60',
    });
    expect(found!.effectiveDateTime).toBeUndefined();
    expect(found!.subject).toEqual({ type: 'Patient', identifier: { value: 'patient-7' } });
  });
});
