import { codesOf, resourcesIn, resourcesOfType, type Resource } from '@smartscan/testing/document-fhir';
import {
  documentOf,
  readingOf,
  review,
  said,
  shown,
  type DocumentAnswer,
  type Reading,
} from '@smartscan/testing/read-documents';
import { FHIR_TERMS } from '../adapters/fhir-terms.ts';
import { fhirBundleOf } from './fhir-bundle.ts';

/** Every bundle that is looked into is a valid one. */
const resourcesOf = (read: Reading, more?: Partial<DocumentAnswer>): Resource[] =>
  resourcesIn(fhirBundleOf(documentOf([read], more), [read], FHIR_TERMS));

describe('a paper as FHIR', () => {
  const patient = { patient_name: said('Jane Roe'), date_of_birth: said('1970-05-04'), mrn: said('MRN-77') };

  it('a lab report points to an observation of each result, with range, flag, specimen and the day it was drawn', () => {
    const found = resourcesOf(
      readingOf('lab_report', {
        fields: { ...patient, collected: said('2026-03-05'), specimen: said('Serum') },
        results: [
          {
            name: 'Glucose, fasting',
            analyte: 'glucose_fasting',
            result: shown(132, ['mg/dL', '1558-6'], { unit: 'mg/dL' }),
            reference: { printed: '70 - 99', low: 70, high: 99 },
            flag: 'critical_high',
          },
          {
            name: 'Something rare',
            analyte: null,
            result: shown(5, ['', ''], { ucum: null, loinc: null, comparator: '<' }),
            reference: null,
            flag: null,
          },
        ],
      }),
    );
    const [report] = resourcesOfType(found, 'DiagnosticReport');
    const [known, rare] = resourcesOfType(found, 'Observation');
    const [reference] = resourcesOfType(found, 'DocumentReference');
    expect(report!.result).toEqual(reference!.context!.related!.slice(1));
    expect(report!.result).toHaveLength(2);
    expect([report!.effectiveDateTime, known!.effectiveDateTime]).toEqual(['2026-03-05', '2026-03-05']);
    expect([report!.specimen, known!.specimen]).toEqual([[{ display: 'Serum' }], { display: 'Serum' }]);
    expect(known).toMatchObject({
      category: [{ coding: [{ code: 'laboratory' }] }],
      code: { coding: [{ code: '1558-6' }, { code: 'glucose_fasting' }], text: 'Glucose, fasting' },
      interpretation: [{ coding: [{ code: 'HH' }] }],
      referenceRange: [{ low: { value: 70, code: 'mg/dL' }, high: { value: 99, code: 'mg/dL' }, text: '70 - 99' }],
    });
    expect([rare!.code, rare!.valueQuantity]).toEqual([{ text: 'Something rare' }, { value: 5, comparator: '<' }]);
    expect(reference!.contained![0]).toMatchObject({
      name: [{ text: 'Jane Roe' }],
      birthDate: '1970-05-04',
      identifier: [{ value: 'MRN-77' }],
    });
  });

  it('a report is final when all of its results were reviewed', () => {
    const row = (more: object) => ({
      name: 'K',
      analyte: 'k',
      result: { ...shown(4.1, ['mmol/L', '2823-3']), ...more },
      reference: null,
      flag: null,
    });
    const statusOf = (...rows: object[]) =>
      resourcesOfType(resourcesOf(readingOf('lab_report', { results: rows.map(row) })), 'DiagnosticReport')[0]!.status;
    expect([statusOf({}, review(4.1)), statusOf(review(4.1), review(4)), statusOf()]).toEqual([
      'preliminary',
      'final',
      'preliminary',
    ]);
  });

  const drug = (more: Partial<NonNullable<Reading['medications']>[number]> = {}) => ({
    name: said('Metformin'),
    strength: said('500 mg'),
    form: said('tablet'),
    sig: said('Take 1 tablet twice daily'),
    quantity: said('60'),
    refills: said('3'),
    ...more,
  });

  it('a prescription is an order for each drug, of which it isn’t known what became of it', () => {
    const fields = { ...patient, date: said('2026-03-05'), prescriber: said('Ann Smith') };
    const found = resourcesOf(
      readingOf('prescription', {
        fields,
        medications: [
          drug(),
          drug({ name: said('x', { ...review(null) }), refills: said('no more', {}), quantity: null }),
        ],
      }),
    );
    const [first, second] = resourcesOfType(found, 'MedicationRequest');
    expect(first).toMatchObject({
      status: 'unknown',
      intent: 'order',
      medicationCodeableConcept: { text: 'Metformin 500 mg tablet' },
      authoredOn: '2026-03-05',
      requester: { display: 'Ann Smith' },
      dosageInstruction: [{ text: 'Take 1 tablet twice daily' }],
      dispenseRequest: { quantity: { value: 60 }, numberOfRepeatsAllowed: 3 },
      subject: { display: 'Jane Roe' },
    });
    expect([second!.status, second!.dispenseRequest]).toEqual(['entered-in-error', undefined]);
    expect(second!.medicationCodeableConcept).toMatchObject({ extension: [{ valueCode: 'unknown' }] });
  });

  it('a card is a draft of a coverage, with its numbers for pharmacies and its copays', () => {
    const fields = {
      payer: said('Acme Health Plan'),
      member_name: said('Jane Roe'),
      member_id: said('XYZ123456'),
      group: said('G-77'),
      plan: said('PPO Gold'),
      rx_bin: said('004336'),
      rx_pcn: said('ADV'),
      rx_group: said('RX1234'),
      copay_primary_care: said('25', { printed: '$25' }),
      copay_emergency: said('none', {}),
    };
    const [found] = resourcesOfType(resourcesOf(readingOf('insurance_card', { fields })), 'Coverage');
    expect(found).toMatchObject({
      status: 'draft',
      subscriberId: 'XYZ123456',
      payor: [{ display: 'Acme Health Plan' }],
      beneficiary: { display: 'Jane Roe' },
    });
    expect(found!.class!.map(({ type, value }) => [codesOf(type)[0], value])).toEqual([
      ['group', 'G-77'],
      ['plan', 'PPO Gold'],
      ['rxbin', '004336'],
      ['rxpcn', 'ADV'],
      ['rxgroup', 'RX1234'],
    ]);
    expect(found!.costToBeneficiary).toEqual([
      {
        type: { coding: [{ system: expect.any(String) as string, code: 'gpvisit' }] },
        valueMoney: { value: 25, currency: 'USD' },
      },
    ]);
  });

  it('a summary has its diagnoses by ICD-10-CM, its drugs as listed, its vital signs, and the stay', () => {
    const diagnoses = [
      { diagnosis: said('Essential hypertension'), icd10: said('I10') },
      { diagnosis: said('Pneumonla', review('Pneumonia')), icd10: said('J18.9') },
      { diagnosis: said('Heading', review(null)), icd10: null },
      { diagnosis: said('Asthma'), icd10: said('J4S.9', review('J45.9')) },
      { diagnosis: said('Gout'), icd10: said('M10.9', review('see letter')) },
    ];
    const vital_signs = [
      { analyte: 'sys', result: shown(120, ['mm[Hg]', '8480-6']) },
      { analyte: 'dia', result: shown(80, ['mm[Hg]', '8462-4']) },
      { analyte: 'temp', result: shown(36.9, ['Cel', '8310-5']) },
    ];
    const fields = { ...patient, admitted: said('2026-03-01'), discharged: said('2026-03-05') };
    const found = resourcesOf(
      readingOf('discharge_summary', { fields, diagnoses, medications: [drug()], vital_signs }),
      { visit_id: 'visit-3' },
    );
    const conditions = resourcesOfType(found, 'Condition');
    expect(conditions.map(({ verificationStatus: status }) => status?.coding[0].code)).toEqual([
      'unconfirmed',
      undefined,
      'entered-in-error',
      'unconfirmed',
      'unconfirmed',
    ]);
    expect(conditions.map(({ code }) => code)).toMatchObject([
      { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'I10' }], text: 'Essential hypertension' },
      // A person wrote other words: that the code is theirs nobody said.
      { text: 'Pneumonia' },
      { extension: [{ valueCode: 'unknown' }] },
      // A person corrected the code, and another one wrote what is none.
      { coding: [{ code: 'J45.9' }], text: 'Asthma' },
      { text: 'Gout' },
    ]);
    for (const at of [1, 4]) expect(conditions[at]!.code).not.toHaveProperty('coding');
    expect(resourcesOfType(found, 'MedicationStatement')).toMatchObject([
      { status: 'unknown', dosage: [{ text: 'Take 1 tablet twice daily' }] },
    ]);
    expect(resourcesOfType(found, 'Observation').map(({ code }) => codesOf(code)[0])).toEqual(['85354-9', '8310-5']);
    expect(resourcesOfType(found, 'DocumentReference')[0]!.context).toMatchObject({
      period: { start: '2026-03-01', end: '2026-03-05' },
      encounter: [{ identifier: { value: 'visit-3' } }],
    });
  });
});
