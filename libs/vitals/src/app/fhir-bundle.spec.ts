import { FHIR_MEDIA_TYPE } from '@smartscan/contracts/fhir/terms';
import { fhirBundle } from '@smartscan/contracts/vitals/fhir';
import { Reply } from '@smartscan/platform/ports';
import { MARKER_NAMES, type MarkerName } from '@smartscan/kernel';
import { faultsByOfficialSchema } from '@smartscan/testing/fhir';
import { MARKERS } from '../domain/marker-table.ts';
import type { Marker } from '../domain/marker.ts';
import { fhirBundleOf, inForm, type FhirBundle } from './fhir-bundle.ts';
import { answerOf, type ScanAnswer } from './present.ts';

const KINDS = ['ok', 'doubted', 'refused', 'unsupported', 'wellness', 'calibrated'] as const;

/** A row as it is; one that no scan gives has neither a range nor a method. */
const rowOf = (name: MarkerName) => ({ plausible: [0, 1] as const, method: 'none', ...MARKERS[name] });

const markerOf = (name: MarkerName, kind: (typeof KINDS)[number]): Marker => {
  const { unit, method, plausible } = rowOf(name);
  const none = { value: null, unit, confidence: 0, method };
  if (kind === 'refused') return { ...none, status: 'refused', reasons: ['low_snr', 'too_many_gaps'] };
  if (kind === 'unsupported') return { ...none, status: 'unsupported', reasons: ['not_calibrated'] };
  const found = {
    value: plausible[0],
    unit,
    confidence: 0.5,
    method,
    interval: [plausible[0], plausible[1]] as [number, number],
  };
  if (kind === 'ok') return { ...found, confidence: 0.93, status: 'ok', reasons: [] };
  return {
    ...found,
    status: 'low_confidence',
    reasons: ['wide_interval'],
    ...(kind === 'wellness' ? { wellness_estimate: true } : {}),
    ...(kind === 'calibrated' ? { calibrated_at: '2026-11-22T08:00:00.000Z' } : {}),
  };
};

const allOf = (kind: (typeof KINDS)[number]): Record<string, Marker> =>
  Object.fromEntries(MARKER_NAMES.map((name) => [name, markerOf(name, kind)]));

const scanOf = (markers: Record<string, Marker> | null, patient: string | null = 'patient-7'): ScanAnswer => {
  const life = {
    status: 'completed' as const,
    startedAtMs: Date.parse('2026-11-23T20:00:00.000Z'),
    finishedAtMs: Date.parse('2026-11-23T20:00:04.000Z'),
    problem: null,
  };
  const id = 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F';
  const models = { 'face-detection/1': `sha256:${'a'.repeat(64)}` };
  const secrets = { patient_id: patient, visit_id: null, markers, quality: null, timings_ms: null, models };
  return answerOf({ id, life, retainedSeconds: 30 * 86_400, subjectRef: null, secrets });
};

const bundleOf = (markers: Record<string, Marker>, patient?: string | null): FhirBundle =>
  fhirBundleOf(scanOf(markers, patient), markers);
const resources = (bundle: FhirBundle) => bundle.entry.map(({ resource }) => resource);

describe('a scan as FHIR', () => {
  it.each(KINDS)('is valid R4 by the official schema and by its invariants: markers that are %s', (kind) => {
    const bundle = bundleOf(allOf(kind));
    expect(faultsByOfficialSchema(bundle)).toEqual([]);
    expect(fhirBundle.safeParse(bundle).error).toBeUndefined();
  });

  it('the official schema refuses what is no R4, so the test above can fail', () => {
    const [first] = bundleOf(allOf('ok')).entry;
    for (const wrong of [
      { resourceType: 'Bundle', type: 'heap' },
      { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { ...first!.resource, status: 'roughly' } }] },
      { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { ...first!.resource, confidence: 1 } }] },
    ]) {
      expect(faultsByOfficialSchema(wrong)).not.toEqual([]);
    }
  });

  it('has an observation for every marker of the table, by its LOINC code where there is one, in its UCUM unit', () => {
    const found = resources(bundleOf(allOf('ok')));
    expect(found).toHaveLength(MARKER_NAMES.length);
    MARKER_NAMES.forEach((name, at) => {
      const { loinc, unit, title, plausible, method } = rowOf(name);
      const { code, valueQuantity, method: said, status } = found[at]!;
      const loincs = code.coding!.filter(({ system }) => system === 'http://loinc.org').map((coding) => coding.code);
      expect(loincs).toEqual(loinc === null ? [] : [loinc]);
      expect(code.coding!.at(-1)).toMatchObject({ code: name, display: title });
      expect(valueQuantity).toEqual({ value: plausible[0], unit, system: 'http://unitsofmeasure.org', code: unit });
      expect([said.text, status]).toEqual([method, 'preliminary']);
    });
  });

  it('says why where there is no value, and never both', () => {
    for (const [kind, code] of [
      ['refused', 'unknown'],
      ['unsupported', 'unsupported'],
    ] as const) {
      for (const one of resources(bundleOf(allOf(kind)))) {
        expect(one.valueQuantity).toBeUndefined();
        expect(one.dataAbsentReason!.coding![0]!.code).toBe(code);
        expect(one.dataAbsentReason!.text).toBe(markerOf('heart_rate', kind).reasons.join(', '));
      }
    }
    expect(resources(bundleOf(allOf('ok'))).filter((one) => one.dataAbsentReason !== undefined)).toEqual([]);
  });

  it('carries confidence, interval, doubt and how it was come by; an interval is no reference range', () => {
    const urls = (kind: (typeof KINDS)[number]): (string | undefined)[] =>
      resources(bundleOf(allOf(kind)))[0]!.extension.map(({ url }) => url.split('/').at(-1));
    expect(urls('ok')).toEqual(['confidence', 'interval-95']);
    expect(urls('wellness')).toEqual(['confidence', 'interval-95', 'wellness-estimate']);
    expect(urls('calibrated')).toEqual(['confidence', 'interval-95', 'calibrated-at']);
    expect(urls('refused')).toEqual(['confidence']);
    const [doubted] = resources(bundleOf(allOf('doubted')));
    expect(doubted!.interpretation![0]).toMatchObject({ coding: [{ code: 'low_confidence' }], text: 'wide_interval' });
    expect(JSON.stringify(bundleOf(allOf('doubted')))).not.toContain('referenceRange');
  });

  it('names the person by the customer’s id only where that was given, and the networks by their digests', () => {
    const [named] = resources(bundleOf(allOf('ok')));
    expect(named!.subject).toEqual({ type: 'Patient', identifier: { value: 'patient-7' } });
    expect(resources(bundleOf(allOf('ok'), null))[0]).not.toHaveProperty('subject');
    expect(named!.contained[0]!.version).toEqual([
      { type: { text: 'face-detection/1' }, value: `sha256:${'a'.repeat(64)}` },
    ]);
  });

  it('is the same each time it is read, and each observation has a name of its own', () => {
    const names = bundleOf(allOf('ok')).entry.map(({ fullUrl }) => fullUrl);
    expect(bundleOf(allOf('refused')).entry.map(({ fullUrl }) => fullUrl)).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is given to who asks for it, of a scan that has vitals; all else is JSON', () => {
    const scan = scanOf(allOf('ok'));
    expect(inForm(scan, { representation: undefined })).toBe(scan);
    expect(inForm(scan, { representation: FHIR_MEDIA_TYPE })).toMatchObject({
      status: 200,
      headers: { 'Content-Type': FHIR_MEDIA_TYPE, 'Content-Location': `/v1/scans/${scan.id}` },
    });
    const without = scanOf(null);
    expect(inForm(without, { representation: FHIR_MEDIA_TYPE })).toBe(without);
    const later = new Reply(202, without);
    expect(inForm(later, { representation: FHIR_MEDIA_TYPE })).toBe(later);
  });
});
