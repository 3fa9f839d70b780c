import type { KindOfDocument } from './kind.ts';
import { DATE_OF_BIRTH, MRN, PATIENT_NAME } from './patient.ts';

export const LAB_REPORT = {
  title: 'Lab report',
  evidence: {
    'reference range': 3,
    'reference interval': 3,
    'ref range': 3,
    'biological reference': 3,
    'normal range': 2,
    laboratory: 2,
    laboratories: 2,
    'lab report': 3,
    diagnostics: 1,
    pathology: 2,
    specimen: 2,
    collected: 2,
    'date collected': 1,
    result: 1,
    results: 1,
    units: 1,
    flag: 1,
  },
  fields: {
    patient_name: PATIENT_NAME,
    mrn: MRN,
    date_of_birth: DATE_OF_BIRTH,
    collected: {
      meaning: 'when the specimen was taken',
      value: 'date',
      labels: [
        ...['collected', 'collection date', 'date collected', 'collected on', 'specimen collected', 'sample collected'],
        ...['collection date/time', 'date/time collected', 'drawn', 'date drawn', 'sample date', 'specimen date'],
      ],
    },
    specimen: {
      meaning: 'what the specimen is',
      value: 'text',
      labels: ['specimen', 'specimen type', 'sample type', 'specimen source', 'sample'],
    },
  },
  columns: {
    name: {
      meaning: 'what was measured',
      heads: [
        'test',
        'test name',
        'tests',
        'analyte',
        'component',
        'investigation',
        'parameter',
        'examination',
        'assay',
      ],
    },
    value: {
      meaning: 'the result',
      heads: [
        'result',
        'results',
        'value',
        'your value',
        'in range',
        'current result',
        'observed value',
        'result value',
      ],
    },
    unit: { meaning: 'its unit', heads: ['unit', 'units', 'uom'] },
    reference: {
      meaning: 'what is usual',
      heads: [
        ...['reference range', 'reference interval', 'ref range', 'ref. range', 'reference', 'normal range', 'range'],
        ...['biological reference interval', 'bio. ref. interval', 'standard range', 'ref interval', 'normal values'],
      ],
    },
    flag: {
      meaning: 'whether it lies beyond that',
      heads: ['flag', 'flags', 'abnormal', 'status', 'h/l', 'out of range'],
    },
    other: {
      meaning: 'not read: earlier results, methods, laboratories',
      heads: ['previous', 'previous result', 'prior', 'last result', 'method', 'lab', 'date', 'comments', 'notes'],
    },
  },
  sections: {},
  lists: { results: 'analyte, value, unit, reference range, flag' },
} as const satisfies KindOfDocument;
