import type { DeviceField, KindOfDevice } from '../device.ts';

export const SPO2: DeviceField = {
  meaning: 'oxygen saturation',
  labels: ['SpO2', '%SpO2', 'SpO2%', 'SAT', 'O2 sat'],
  units: { '%': { analyte: 'spo2', range: [50, 100], decimals: [0], unseen: 'taken' } },
};

export const PULSE_OXIMETER = {
  title: 'Pulse oximeter',
  fields: {
    spo2: SPO2,
    pulse: {
      meaning: 'pulse rate',
      labels: ['PR', 'PRbpm', 'PR bpm', 'bpm', 'PUL', 'PULSE', 'HR'],
      units: { '/min': { analyte: 'pulse_oximeter', range: [25, 250], decimals: [0], unseen: 'taken' } },
    },
    perfusion_index: {
      meaning: 'perfusion index',
      labels: ['PI', 'PI%', 'PI %'],
      units: { '%': { analyte: 'perfusion_index', range: [0.1, 30], decimals: [1, 2], unseen: 'taken' } },
    },
  },
  layout: {
    order: ['spo2', 'pulse', 'perfusion_index'],
    orderIs: 'mostly',
    needed: ['spo2', 'pulse'],
    greater: [],
    leastHeight: 0.2,
  },
  beyond: null,
} as const satisfies KindOfDevice;
