import type { KindOfDevice } from '../device.ts';

/** 5.9 % without its point would be 59 mmol/mol, which is as likely: the unit is the label of the second. */
export const HBA1C_METER = {
  title: 'HbA1c meter',
  fields: {
    hba1c: {
      meaning: 'glycated haemoglobin',
      labels: ['HbA1c', 'A1C', '%A1C'],
      units: { '%': { analyte: 'hba1c', range: [3, 20], decimals: [1], unseen: 'taken' } },
    },
    hba1c_ifcc: {
      meaning: 'glycated haemoglobin, by the reference method of the IFCC',
      labels: ['IFCC'],
      units: { 'mmol/mol': { analyte: 'hba1c_ifcc', range: [9, 195], decimals: [0], unseen: 'refused' } },
    },
  },
  layout: { order: ['hba1c', 'hba1c_ifcc'], orderIs: 'always', needed: [], greater: [], leastHeight: 0.4 },
  beyond: 'hba1c',
} as const satisfies KindOfDevice;
