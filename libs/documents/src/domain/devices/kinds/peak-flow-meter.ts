import type { KindOfDevice } from '../device.ts';

/** ISO 23747: meters of peak expiratory flow measure 60 to 800 L/min; some show up to 999. */
export const PEAK_FLOW_METER = {
  title: 'Peak-flow meter',
  fields: {
    pef: {
      meaning: 'peak expiratory flow',
      labels: ['PEF', 'PEFR', 'PEAK FLOW'],
      units: { 'L/min': { analyte: 'pef', range: [50, 999], decimals: [0], unseen: 'taken' } },
    },
    fev1: {
      meaning: 'volume breathed out in the first second',
      labels: ['FEV1', 'FEV 1'],
      units: { L: { analyte: 'fev1', range: [0.1, 9.99], decimals: [2], unseen: 'taken' } },
    },
  },
  layout: { order: ['pef', 'fev1'], orderIs: 'mostly', needed: ['pef'], greater: [], leastHeight: 0.5 },
  beyond: null,
} as const satisfies KindOfDevice;
