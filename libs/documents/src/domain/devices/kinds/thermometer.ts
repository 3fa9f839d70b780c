import type { DeviceField, KindOfDevice } from '../device.ts';

/** Also the temperature of a surface, which is below the body's. */
export const TEMPERATURE: DeviceField = {
  meaning: 'temperature',
  labels: ['TEMP', 'BODY', 'temperature'],
  units: {
    Cel: { analyte: 'temp', range: [25, 45], decimals: [1, 2], unseen: 'taken' },
    '[degF]': { analyte: 'temp', range: [77, 113], decimals: [1, 2], unseen: 'taken' },
  },
};

export const THERMOMETER = {
  title: 'Thermometer',
  fields: {
    temp: TEMPERATURE,
  },
  layout: { order: ['temp'], orderIs: 'always', needed: ['temp'], greater: [], leastHeight: 0.7 },
  beyond: 'temp',
} as const satisfies KindOfDevice;
