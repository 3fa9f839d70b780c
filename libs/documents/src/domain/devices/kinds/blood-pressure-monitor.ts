import type { KindOfDevice, ShownUnit } from '../device.ts';

/** Cuffs measure to 300 mmHg at most (IEC 80601-2-30: the limit of the pressure). */
const pressure = (analyte: string, least: number, most: number): Readonly<Record<string, ShownUnit>> => ({
  'mm[Hg]': { analyte, range: [least, most], decimals: [0], unseen: 'taken' },
  kPa: {
    analyte,
    range: [Math.ceil(least * 1.33322) / 10, Math.floor(most * 1.33322) / 10],
    decimals: [1],
    unseen: 'said',
  },
});

export const BLOOD_PRESSURE_MONITOR = {
  title: 'Blood-pressure monitor',
  fields: {
    sys: {
      meaning: 'systolic pressure',
      labels: ['SYS', 'SYS.', 'SYST', 'systolic', 'SYSTOLE', 'SBP', 'HI'],
      units: pressure('sys', 50, 300),
    },
    dia: {
      meaning: 'diastolic pressure',
      labels: ['DIA', 'DIA.', 'DIAST', 'diastolic', 'DIASTOLE', 'DBP', 'LO'],
      units: pressure('dia', 25, 200),
    },
    pulse: {
      meaning: 'pulse rate',
      labels: ['PUL', 'PUL.', 'PULSE', 'PULS', 'PULSE/min', 'PR', 'HR'],
      units: { '/min': { analyte: 'pulse', range: [30, 220], decimals: [0], unseen: 'taken' } },
    },
  },
  layout: {
    order: ['sys', 'dia', 'pulse'],
    orderIs: 'always',
    needed: ['sys', 'dia'],
    greater: [['sys', 'dia']],
    leastHeight: 0.33,
  },
  beyond: null,
} as const satisfies KindOfDevice;
