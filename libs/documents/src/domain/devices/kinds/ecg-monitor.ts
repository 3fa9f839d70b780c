import type { DeviceField, KindOfDevice } from '../device.ts';

const interval = (
  meaning: string,
  labels: readonly string[],
  [analyte, ...range]: readonly [string, number, number],
): DeviceField => ({ meaning, labels, units: { ms: { analyte, range, decimals: [0], unseen: 'taken' } } });

export const ECG_MONITOR = {
  title: 'ECG monitor',
  fields: {
    heart_rate: {
      meaning: 'heart rate',
      labels: ['HR', 'bpm', 'HEART RATE', 'ECG', 'VENT RATE', 'RATE'],
      units: { '/min': { analyte: 'pulse', range: [20, 300], decimals: [0], unseen: 'taken' } },
    },
    pr: interval('P-R interval', ['PR', 'PR int', 'P-R', 'PQ'], ['pr_interval', 60, 500]),
    qrs: interval('duration of QRS', ['QRS', 'QRS dur', 'QRSD'], ['qrs_duration', 40, 300]),
    qt: interval('Q-T interval', ['QT', 'QT int', 'Q-T'], ['qt_interval', 180, 800]),
    qtc: interval('Q-T interval, corrected for the rate', ['QTc', 'QTcB', 'QTcF'], ['qtc_interval', 220, 800]),
  },
  layout: {
    order: ['heart_rate'],
    orderIs: 'mostly',
    needed: ['heart_rate'],
    greater: [
      ['qt', 'qrs'],
      ['qtc', 'qrs'],
    ],
    leastHeight: 0.7,
  },
  beyond: null,
} as const satisfies KindOfDevice;
