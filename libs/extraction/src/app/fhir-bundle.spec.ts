import fc from 'fast-check';
import { document } from '@smartscan/contracts/extraction';
import { CONFIDENCE, FHIR_MEDIA_TYPE } from '@smartscan/contracts/fhir/terms';
import { ANALYTES } from '@smartscan/documents/analytes';
import { DEVICES } from '@smartscan/documents/devices';
import { KINDS } from '@smartscan/documents/kinds';
import { DEVICE_TYPES, DOCUMENT_TYPES, NO_DOCUMENT, PAPER_TYPES } from '@smartscan/kernel';
import { Reply } from '@smartscan/platform/ports';
import { codesOf, faultsOf, resourcesIn, resourcesOfType, type ResourceOf } from '@smartscan/testing/document-fhir';
import {
  deviceReading,
  documentOf,
  DOCUMENT_ID,
  readingOf,
  REVIEWED_AT,
  REVIEWER_ID,
  shown,
  type MeasuredField,
  type ReadField,
  type Reading,
} from '@smartscan/testing/read-documents';
import { FHIR_TERMS } from '../adapters/fhir-terms.ts';
import { isField } from '../domain/reading.ts';
import { fhirBundleOf, inForm } from './fhir-bundle.ts';
import { fieldsNamedIn } from './fhir-fields.ts';

// --- Readings as they are made of the tables ------------------------------------------------------------------------

const anyText = fc.oneof(
  fc.constantFrom(
    'Jane Q. Roe',
    '2026-03-05',
    '30',
    '25',
    'XYZ-123',
    '$25',
    ' ',
    '',
    '2026-02-31',
    'tablet\u0000 \ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const anyNumber = fc.oneof(fc.integer({ min: -5, max: 500 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const confidence = fc.double({ min: 0, max: 1, noNaN: true });
const pixel = fc.integer({ min: -20, max: 50_000 }).map((tenths) => tenths / 10);
const anyReview = (value: fc.Arbitrary<string | number>) =>
  fc.option(
    fc.record({
      value: fc.option(value),
      reviewed_at: fc.constant(REVIEWED_AT),
      reviewed_by: fc.constant(REVIEWER_ID),
    }),
    { nil: undefined },
  );

const fieldWith = (value: fc.Arbitrary<string | number>): fc.Arbitrary<ReadField> =>
  fc
    .record({
      value,
      printed: anyText,
      confidence,
      status: fc.constantFrom('ok' as const, 'low_confidence' as const, 'refused' as const),
      reasons: fc.subarray(['unreadable', 'role_by_place', 'unit_missing']),
      page: fc.integer({ min: 1, max: 30 }),
      polygon: fc.array(fc.tuple(pixel, pixel), { minLength: 4, maxLength: 4 }),
      alternatives: fc.constant<ReadField['alternatives']>([]),
      review: anyReview(value),
    })
    .map(({ review, ...field }) => ({
      ...field,
      value: field.status === 'refused' ? null : field.value,
      ...(review === undefined ? {} : { review }),
    }));

const aText = fieldWith(anyText);
const aMeasurement = (
  units: readonly (string | null)[],
  loincs: readonly (string | null)[],
): fc.Arbitrary<MeasuredField> =>
  fc
    .record({
      field: fieldWith(anyNumber),
      unit: fc.option(fc.constantFrom('mmHg', '10^3/uL', ' ')),
      ucum: fc.constantFrom(...units),
      loinc: fc.constantFrom(...loincs),
      comparator: fc.constantFrom(null, '<' as const, '>=' as const),
      comparable: fc.option(fc.record({ value: anyNumber, ucum: fc.constantFrom('kg', 'mm[Hg]', 'mg/dL') })),
    })
    .map(({ field, ...codes }) => ({ ...field, ...codes }));

const loincsOf = (keys: readonly (string | null)[]): (string | null)[] => [
  null,
  ...ANALYTES.filter(({ key }) => keys.includes(key)).map(({ loinc }) => loinc),
];

/** Some of the fields, each as it can be. */
const someOf = (fields: Record<string, fc.Arbitrary<ReadField>>) =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Record<string, ReadField>>;

const base = {
  type_confidence: confidence,
  quality: fc.constant(readingOf(NO_DOCUMENT).quality),
};

const aDevice = fc.constantFrom(...DEVICE_TYPES).chain((type) =>
  fc.record({
    ...base,
    type: fc.constant(type),
    screen: fc.record({
      kind: fc.constantFrom('current' as const, 'stored' as const, 'average' as const, 'error' as const),
      printed: fc.constant(null),
    }),
    fields: someOf(
      Object.fromEntries(
        Object.entries(DEVICES[type].fields).map(([name, { units }]) => {
          const analytes = Object.values(units).map(({ analyte }) => analyte);
          return [name, aMeasurement([null, ...Object.keys(units)], loincsOf(analytes))];
        }),
      ),
    ),
  }),
);

const analyteKey = fc.constantFrom(...ANALYTES.map(({ key }) => key));
const aResult = fc.option(analyteKey).chain((key) => {
  const analyte = ANALYTES.find((one) => one.key === key);
  return aMeasurement([null, analyte?.ucum ?? 'mg/dL'], [analyte?.loinc ?? null]).map((result) => ({ key, result }));
});
const LISTS = {
  results: fc
    .record({
      one: aResult,
      name: anyText,
      flag: fc.constantFrom(null, 'high', 'low', 'critical_high', 'critical_low', 'abnormal'),
      reference: fc.option(fc.record({ printed: anyText, low: fc.option(anyNumber), high: fc.option(anyNumber) })),
    })
    .map(({ one, ...row }) => ({ ...row, analyte: one.key, result: one.result })),
  medications: fc.record({
    name: aText,
    strength: fc.option(aText),
    form: fc.option(aText),
    sig: fc.option(aText),
    quantity: fc.option(aText),
    refills: fc.option(aText),
  }),
  diagnoses: fc.record({
    diagnosis: aText,
    icd10: fc.option(fieldWith(fc.oneof(fc.constantFrom('I10', 'E11.9'), anyText))),
  }),
  vital_signs: aResult.map(({ key, result }) => ({ analyte: key ?? 'dia', result })),
  follow_up: aText,
} as const;

const aPaper = fc.constantFrom(...PAPER_TYPES).chain((type) =>
  fc.record({
    ...base,
    type: fc.constant(type),
    screen: fc.constant(null),
    fields: someOf(
      Object.fromEntries(
        [...Object.keys(KINDS[type].fields), ...(type === 'insurance_card' ? ['payer'] : [])].map((name) => [
          name,
          aText,
        ]),
      ),
    ),
    ...Object.fromEntries(
      (Object.keys(KINDS[type].lists) as (keyof typeof LISTS)[]).map((name) => [
        name,
        fc.array(LISTS[name] as fc.Arbitrary<unknown>, { maxLength: 4 }),
      ]),
    ),
  }),
);

const noReading = fc.record({
  ...base,
  type: fc.constant(NO_DOCUMENT),
  screen: fc.constant(null),
  fields: fc.constant({}),
});

const readings = fc.oneof(
  { weight: 5, arbitrary: fc.array(aDevice, { maxLength: 3 }) },
  { weight: 8, arbitrary: fc.array(aPaper, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(noReading, { minLength: 1, maxLength: 1 }) },
) as fc.Arbitrary<Reading[]>;

const answers = fc
  .record({ read: readings, patient: fc.option(fc.constant('patient-7')), visit: fc.option(fc.constant('visit-3')) })
  .map(({ read, patient, visit }) => documentOf(read, { patient_id: patient, visit_id: visit }));

const pointersOf = (node: unknown, at: string): string[] => {
  if (isField(node)) return [at];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, part]) => pointersOf(part, `${at}/${name}`));
};

describe('a document as FHIR', () => {
  it('is valid R4 by the official schema and by its invariants, whatever is read of the tables and said in a review', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        expect(document.safeParse(answer).error).toBeUndefined();
        const bundle = fhirBundleOf(answer, answer.readings!, FHIR_TERMS);
        expect(faultsOf(bundle)).toEqual([]);
      }),
      { numRuns: 150, seed: 20_261_123 },
    );
  });

  it('says of every field that was read where it stood and how sure that is, but of what comes next', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const bundle = fhirBundleOf(answer, answer.readings!, FHIR_TERMS);
        const named = new Set(bundle.entry.flatMap(({ resource }) => fieldsNamedIn(resource.extension)));
        const read = pointersOf(answer.readings, '/readings').filter((pointer) => !pointer.includes('/follow_up/'));
        expect([...named].sort()).toEqual(read.sort());
        for (const { resource } of bundle.entry)
          expect(resource.extension.filter(({ url }) => url === CONFIDENCE)).toHaveLength(1);
      }),
      { numRuns: 200, seed: 20_261_124 },
    );
  });

  it('names its entries by the document and the place of a field, never by what was read', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const bundle = fhirBundleOf(answer, answer.readings!, FHIR_TERMS);
        for (const { fullUrl, resource } of bundle.entry) {
          expect(fullUrl).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
          expect(resource.identifier[0].value).toMatch(/^doc_[0-9A-Z]{26}(?:\/(?:[a-z_0-9]+))*$/);
        }
        const blank = JSON.parse(JSON.stringify(answer.readings), (name, part: unknown) =>
          name === 'printed' || (name === 'value' && typeof part === 'string') ? 'x' : part,
        ) as Reading[];
        const names = fhirBundleOf(answer, blank, FHIR_TERMS).entry.map((one) => one.fullUrl);
        expect(bundle.entry.map((one) => one.fullUrl)).toEqual(names);
      }),
      { numRuns: 100, seed: 20_261_125 },
    );
  });

  it('the contract refuses what breaks it, so the tests above can fail', () => {
    const read = deviceReading('thermometer', { temp: shown(36.6, ['Cel', '8310-5']) });
    const bundle = fhirBundleOf(documentOf([read]), [read], FHIR_TERMS);
    const [first, second] = bundle.entry;
    const { valueQuantity: _, ...valueless } = second!.resource as ResourceOf<'Observation'>;
    for (const entry of [
      [second],
      [first, { ...second, fullUrl: first!.fullUrl }],
      [first, { ...second, resource: valueless }],
      [first, { ...second, resource: { ...second!.resource, device: { reference: '#other' } } }],
      [
        first,
        {
          ...second,
          resource: { ...second!.resource, derivedFrom: [{ reference: second!.fullUrl.replace('8', '9') }] },
        },
      ],
    ])
      expect(faultsOf({ ...bundle, entry })).not.toEqual([]);
    expect(faultsOf(bundle)).toEqual([]);
  });

  it('is given to who asks for it, of a document that was read; all else is JSON', () => {
    const answer = documentOf([readingOf(NO_DOCUMENT, {})]);
    expect(inForm(answer, { representation: undefined }, FHIR_TERMS)).toBe(answer);
    expect(inForm(answer, { representation: FHIR_MEDIA_TYPE }, FHIR_TERMS)).toMatchObject({
      status: 200,
      headers: { 'Content-Type': FHIR_MEDIA_TYPE, 'Content-Location': `/v1/documents/${DOCUMENT_ID}` },
    });
    const running = documentOf(null);
    expect(inForm(running, { representation: FHIR_MEDIA_TYPE }, FHIR_TERMS)).toBe(running);
    const later = new Reply(202, running);
    expect(inForm(later, { representation: FHIR_MEDIA_TYPE }, FHIR_TERMS)).toBe(later);
  });

  it.each<Reading['type']>([...DOCUMENT_TYPES, NO_DOCUMENT])(
    'has a document of the kind %s, which all else belongs to',
    (type) => {
      const read = DEVICE_TYPES.some((one) => one === type) ? deviceReading(type, {}) : readingOf(type);
      const found = resourcesIn(fhirBundleOf(documentOf([read]), [read], FHIR_TERMS));
      const [reference] = resourcesOfType(found, 'DocumentReference');
      expect(reference).toMatchObject({ identifier: [{ value: DOCUMENT_ID }], status: 'current' });
      expect(codesOf(reference!.type!)).toContain(type);
      expect(JSON.stringify(reference)).not.toContain('"data"');
    },
  );
});
