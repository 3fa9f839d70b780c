import type { KindOfDocument } from './kind.ts';
import { MEDICATION_COLUMNS } from './medication-columns.ts';
import { DATE_OF_BIRTH, PATIENT_NAME } from './patient.ts';

export const PRESCRIPTION = {
  title: 'Prescription',
  evidence: {
    rx: 3,
    sig: 2,
    disp: 2,
    dispense: 2,
    refills: 3,
    refill: 3,
    qty: 1,
    prescription: 3,
    prescriber: 3,
    pharmacy: 1,
    signature: 1,
    dea: 1,
    npi: 1,
    'take 1 tablet': 1,
  },
  fields: {
    patient_name: PATIENT_NAME,
    date_of_birth: DATE_OF_BIRTH,
    date: {
      meaning: 'when it was written',
      value: 'date',
      labels: [
        'date',
        'date written',
        'written',
        'date issued',
        'issued',
        'prescribed on',
        'date prescribed',
        'rx date',
      ],
    },
    prescriber: {
      meaning: 'who wrote it',
      value: 'name',
      labels: ['prescriber', 'prescribed by', 'provider', 'physician', 'doctor', 'dr', 'prescribing physician'],
    },
  },
  columns: MEDICATION_COLUMNS,
  sections: {},
  lists: { medications: 'drug, strength, form, sig, quantity, refills' },
} as const satisfies KindOfDocument;
