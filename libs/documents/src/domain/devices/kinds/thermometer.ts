import type { KindOfDevice } from '../device.ts';

/** Also those that take the temperature of a surface, which is below the body's. */
export const THERMOMETER = {
  title: 'Thermometer',
  fields: {
    temperature: {
      meaning: 'temperature',
      labels: ['TEMP', 'BODY', 'temperature'],
      units: {
        Cel: { analyte: 'temp', range: [25, 45], decimals: [1, 2], unseen: 'taken' },
        '[degF]': { analyte: 'temp', range: [77, 113], decimals: [1, 2], unseen: 'taken' },
      },
    },
  },
  layout: { order: ['temperature'], orderIs: 'always', needed: ['temperature'], greater: [], leastHeight: 0.7 },
  beyond: 'temperature',
} as const satisfies KindOfDevice;
