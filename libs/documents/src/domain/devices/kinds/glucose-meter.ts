import type { KindOfDevice } from '../device.ts';

/** Meters show Lo below and Hi beyond what they measure: 20 to 600 mg/dL, 1.1 to 33.3 mmol/L at the most; few go to 10. */
export const GLUCOSE_METER = {
  title: 'Glucose meter',
  fields: {
    glucose: {
      meaning: 'blood glucose',
      labels: ['GLU', 'GLUCOSE', 'blood glucose', 'BG'],
      units: {
        'mg/dL': { analyte: 'glucose_poc', range: [20, 600], decimals: [0], unseen: 'said' },
        'mmol/L': { analyte: 'glucose_poc_si', range: [1.1, 33.3], decimals: [1], unseen: 'taken' },
      },
    },
  },
  layout: { order: ['glucose'], orderIs: 'always', needed: ['glucose'], greater: [], leastHeight: 0.7 },
  beyond: 'glucose',
} as const satisfies KindOfDevice;
