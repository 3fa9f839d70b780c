import type { KindOfDevice } from '../device.ts';

/** 5.9 % without its point would be 59 mmol/mol, which is as likely: an integer needs its unit. */
export const HBA1C_METER = {
  title: 'HbA1c meter',
  fields: {
    hba1c: {
      meaning: 'glycated haemoglobin',
      labels: ['HbA1c', 'A1C', 'A1c'],
      units: {
        '%': { analyte: 'hba1c', range: [3, 20], decimals: [1], unseen: 'taken' },
        'mmol/mol': { analyte: 'hba1c_ifcc', range: [9, 195], decimals: [0], unseen: 'refused' },
      },
    },
  },
  layout: { order: ['hba1c'], orderIs: 'always', needed: ['hba1c'], greater: [], leastHeight: 0.7 },
  beyond: 'hba1c',
} as const satisfies KindOfDevice;
