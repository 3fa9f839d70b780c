import type { KindOfDocument } from './kind.ts';
import { MEDICATION_COLUMNS } from './medication-columns.ts';
import { DATE_OF_BIRTH, MRN, PATIENT_NAME } from './patient.ts';

export const DISCHARGE_SUMMARY = {
  title: 'Discharge summary',
  evidence: {
    'discharge summary': 5,
    'hospital course': 3,
    'discharge diagnosis': 3,
    'principal diagnosis': 2,
    'discharge medications': 3,
    admitted: 2,
    discharged: 2,
    'date of admission': 2,
    'admission date': 2,
    'date of discharge': 2,
    'discharge date': 2,
    'vital signs at discharge': 2,
    'follow up': 1,
    disposition: 1,
  },
  fields: {
    patient_name: PATIENT_NAME,
    mrn: MRN,
    date_of_birth: DATE_OF_BIRTH,
    admitted: {
      meaning: 'first day',
      value: 'date',
      labels: ['admitted', 'admission date', 'date of admission', 'admit date', 'admission', 'admitted on', 'doa'],
    },
    discharged: {
      meaning: 'last day',
      value: 'date',
      labels: ['discharged', 'discharge date', 'date of discharge', 'discharged on', 'discharge', 'dod'],
    },
  },
  columns: MEDICATION_COLUMNS,
  sections: {
    diagnoses: {
      meaning: 'diagnoses, the principal one first',
      headings: [
        ...[
          'principal diagnosis',
          'primary diagnosis',
          'discharge diagnosis',
          'discharge diagnoses',
          'final diagnosis',
        ],
        ...['diagnosis', 'diagnoses', 'secondary diagnoses', 'secondary diagnosis', 'other diagnoses'],
      ],
    },
    vital_signs: {
      meaning: 'vital signs',
      headings: ['vital signs', 'vital signs at discharge', 'discharge vital signs', 'vitals', 'vitals at discharge'],
    },
    medications: {
      meaning: 'what is to be taken',
      headings: ['discharge medications', 'medications', 'medications at discharge', 'medications on discharge'],
    },
    follow_up: {
      meaning: 'what comes next',
      headings: ['follow-up', 'follow up', 'followup', 'follow-up instructions', 'follow up plan', 'follow-up plan'],
    },
    other: {
      meaning: 'not read',
      headings: [
        ...[
          'hospital course',
          'history',
          'history of present illness',
          'past medical history',
          'allergies',
          'procedures',
        ],
        ...['physical examination', 'laboratory results', 'condition at discharge', 'disposition', 'diet', 'activity'],
        ...[
          'reason for admission',
          'admission diagnosis',
          'consultations',
          'instructions',
          'summary',
          'attending physician',
        ],
      ],
    },
  },
  lists: {
    diagnoses: 'diagnosis, ICD-10 code where one is printed',
    vital_signs: 'vital sign, value, unit',
    medications: 'drug, strength, form, sig, quantity, refills',
    follow_up: 'a line each',
  },
} as const satisfies KindOfDocument;
