import type { KindOfDevice } from '../device.ts';

export const SPIROMETER = {
  title: 'Spirometer',
  fields: {
    fvc: {
      meaning: 'forced vital capacity',
      labels: ['FVC'],
      units: { L: { analyte: 'fvc', range: [0.3, 9.99], decimals: [2], unseen: 'taken' } },
    },
    fev1: {
      meaning: 'volume breathed out in the first second',
      labels: ['FEV1', 'FEV 1'],
      units: { L: { analyte: 'fev1', range: [0.1, 9.99], decimals: [2], unseen: 'taken' } },
    },
    fev1_fvc: {
      meaning: 'FEV1 as part of FVC',
      labels: ['FEV1/FVC', 'FEV1%', 'RATIO', 'FEV1/FVC%'],
      units: { '%': { analyte: 'fev1_fvc', range: [10, 100], decimals: [0, 1], unseen: 'taken' } },
    },
    pef: {
      meaning: 'peak expiratory flow',
      labels: ['PEF', 'PEFR'],
      units: {
        // 9.79 L/s without its point would be 979 L/min, which is as likely.
        'L/min': { analyte: 'pef_spirometry', range: [50, 999], decimals: [0], unseen: 'refused' },
        'L/s': { analyte: 'pef_spirometry', range: [0.8, 16.6], decimals: [1, 2], unseen: 'taken' },
      },
    },
    fef25_75: {
      meaning: 'flow over the middle half of the breath',
      labels: ['FEF25-75', 'FEF25-75%', 'FEF 25-75', 'MMEF'],
      units: { 'L/s': { analyte: null, range: [0.1, 12], decimals: [1, 2], unseen: 'taken' } },
    },
  },
  layout: { order: [], orderIs: 'mostly', needed: [], greater: [['fvc', 'fev1']], leastHeight: 0.5 },
  beyond: null,
} as const satisfies KindOfDevice;
