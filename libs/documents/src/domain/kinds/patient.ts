import type { LabelledField } from './kind.ts';

export const PATIENT_NAME: LabelledField = {
  meaning: 'the patient',
  value: 'name',
  labels: ['patient name', 'patient', 'name of patient', "patient's name", 'pt name', 'name', 'full name'],
};
export const MRN: LabelledField = {
  meaning: 'medical record number',
  value: 'identifier',
  labels: [
    'mrn',
    'medical record number',
    'medical record no',
    'patient id',
    'patient no',
    'hospital no',
    'uhid',
    'pid',
  ],
};
export const DATE_OF_BIRTH: LabelledField = {
  meaning: 'date of birth',
  value: 'date',
  labels: ['date of birth', 'dob', 'd.o.b', 'birth date', 'birthdate', 'born'],
};
