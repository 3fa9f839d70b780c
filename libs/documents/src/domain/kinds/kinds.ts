import type { AnalyteGroup } from '../analytes/analyte-table.ts';

/** How what stands behind a label is read. */
export type ValueKind = 'name' | 'date' | 'identifier' | 'code' | 'money' | 'text';

/** A field that stands beside or below a label. */
export interface LabelledField {
  readonly meaning: string;
  readonly value: ValueKind;
  readonly labels: readonly string[];
}

/** A column of a table, by what stands at its head. */
export interface Column {
  readonly meaning: string;
  readonly heads: readonly string[];
}

/** A part of a document under a heading. */
export interface Section {
  readonly meaning: string;
  readonly headings: readonly string[];
}

export interface KindOfDocument {
  readonly title: string;
  /** Phrases that documents of this kind print, and how much each tells. */
  readonly evidence: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, LabelledField>>;
  readonly columns: Readonly<Record<string, Column>>;
  readonly sections: Readonly<Record<string, Section>>;
  /** What is read besides the labelled fields: a list of rows under each name. */
  readonly lists: Readonly<Record<string, string>>;
}

const PATIENT_NAME: LabelledField = {
  meaning: 'the patient',
  value: 'name',
  labels: ['patient name', 'patient', 'name of patient', "patient's name", 'pt name', 'name', 'full name'],
};
const MRN: LabelledField = {
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
const DATE_OF_BIRTH: LabelledField = {
  meaning: 'date of birth',
  value: 'date',
  labels: ['date of birth', 'dob', 'd.o.b', 'birth date', 'birthdate', 'born'],
};

const MEDICATION_COLUMNS = {
  name: { meaning: 'drug', heads: ['medication', 'medications', 'drug', 'drug name', 'medicine', 'product'] },
  strength: { meaning: 'strength', heads: ['strength', 'dose', 'dosage'] },
  form: { meaning: 'form', heads: ['form', 'dosage form'] },
  sig: { meaning: 'how to take it', heads: ['sig', 'directions', 'instructions', 'frequency', 'how to take'] },
  quantity: { meaning: 'how much is dispensed', heads: ['qty', 'quantity', 'disp', 'dispense', 'amount'] },
  refills: { meaning: 'refills', heads: ['refills', 'refill', 'repeats', 'rpt', 'rf'] },
} as const satisfies Record<string, Column>;

/**
 * The kinds of document, and what is read from each. Types of results, the document of the fields and their tests come from
 * here; a label that is missing here is added here.
 */
export const KINDS = {
  lab_report: {
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
          ...[
            'collected',
            'collection date',
            'date collected',
            'collected on',
            'specimen collected',
            'sample collected',
          ],
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
  },
  prescription: {
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
  },
  insurance_card: {
    title: 'Insurance card',
    evidence: {
      'member id': 3,
      'member name': 2,
      'subscriber id': 3,
      subscriber: 2,
      'group number': 2,
      'group no': 2,
      group: 1,
      rxbin: 3,
      'rx bin': 3,
      rxpcn: 3,
      'rx pcn': 3,
      rxgrp: 2,
      copay: 2,
      copays: 2,
      'pcp visit': 2,
      'health plan': 1,
      insurance: 1,
      deductible: 2,
      'customer service': 1,
      'member services': 2,
      ppo: 1,
      hmo: 1,
    },
    fields: {
      member_name: {
        meaning: 'who is insured',
        value: 'name',
        labels: [
          'member name',
          'member',
          'subscriber name',
          'subscriber',
          'name',
          'insured',
          'name of insured',
          'enrollee',
        ],
      },
      member_id: {
        meaning: 'number of the member',
        value: 'identifier',
        labels: [
          ...['member id', 'member id#', 'id', 'id number', 'id#', 'subscriber id', 'identification number'],
          ...['member number', 'member no', 'policy number', 'policy no', 'enrollee id'],
        ],
      },
      group: {
        meaning: 'number of the group',
        value: 'identifier',
        labels: ['group number', 'group', 'group no', 'group #', 'grp', 'grp#', 'group id', 'policy group'],
      },
      plan: {
        meaning: 'name of the plan',
        value: 'text',
        labels: ['plan', 'plan name', 'plan type', 'product', 'network'],
      },
      rx_bin: { meaning: 'BIN for pharmacies', value: 'identifier', labels: ['rxbin', 'rx bin', 'bin', 'rx bin#'] },
      rx_pcn: { meaning: 'PCN for pharmacies', value: 'code', labels: ['rxpcn', 'rx pcn', 'pcn'] },
      rx_group: {
        meaning: 'group for pharmacies',
        value: 'code',
        labels: ['rxgrp', 'rx grp', 'rxgroup', 'rx group', 'rx group no'],
      },
      copay_primary_care: {
        meaning: 'copay at the family doctor',
        value: 'money',
        labels: ['pcp visit', 'pcp', 'office visit', 'primary care', 'primary', 'office', 'pcp copay', 'doctor visit'],
      },
      copay_specialist: {
        meaning: 'copay at a specialist',
        value: 'money',
        labels: ['specialist', 'specialist visit', 'spec', 'specialist copay', 'spc'],
      },
      copay_emergency: {
        meaning: 'copay at the emergency room',
        value: 'money',
        labels: ['emergency', 'emergency room', 'er', 'er visit', 'emergency care', 'ed', 'er copay'],
      },
      copay_urgent_care: {
        meaning: 'copay at urgent care',
        value: 'money',
        labels: ['urgent care', 'urgent', 'uc', 'urgent care copay'],
      },
    },
    columns: {},
    sections: {},
    lists: {},
  },
  discharge_summary: {
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
          ...[
            'physical examination',
            'laboratory results',
            'condition at discharge',
            'disposition',
            'diet',
            'activity',
          ],
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
  },
} as const satisfies Record<string, KindOfDocument>;

export type Kind = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

export type FieldName<K extends Kind> = keyof (typeof KINDS)[K]['fields'] & string;
export type ListName<K extends Kind> = keyof (typeof KINDS)[K]['lists'] & string;

/** Labels that are no field of ours: what stands behind them must not be taken for the value of another label. */
export const OTHER_LABELS = [
  ...['sex', 'gender', 'age', 'address', 'phone', 'tel', 'fax', 'account', 'account no', 'page', 'printed', 'reported'],
  ...[
    'received',
    'ordered',
    'ordering physician',
    'referring physician',
    'attending',
    'ward',
    'room',
    'license',
    'npi',
  ],
  ...['dea', 'signature', 'effective', 'effective date', 'customer service', 'allergies', 'weight', 'height', 'status'],
  ...['report date', 'accession', 'accession no', 'lab no', 'sample id', 'ref by', 'issuer', 'payer id', 'dependents'],
] as const;

/** Groups of analytes in a lab report; a row below a heading that says urine is one of urine. */
export const LAB_GROUPS: readonly AnalyteGroup[] = [
  ...(['cbc', 'chem', 'lipid', 'thyroid', 'iron', 'vitamin'] as const),
  ...(['inflam', 'coag', 'cardiac', 'tumor'] as const),
];
