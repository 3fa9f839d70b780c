import type { DeviceField, KindOfDevice } from '../device.ts';
import { SPO2 } from './pulse-oximeter.ts';
import { TEMPERATURE } from './thermometer.ts';

const interval = (
  meaning: string,
  labels: readonly string[],
  [analyte, ...range]: readonly [string, number, number],
): DeviceField => ({ meaning, labels, units: { ms: { analyte, range, decimals: [0], unseen: 'taken' } } });

/** A monitor writes both pressures as one: 120/80, below one label. */
const pressure = (meaning: string, [analyte, ...range]: readonly [string, number, number]): DeviceField => ({
  meaning,
  labels: [analyte.toUpperCase(), 'NIBP', 'BP', 'NBP', 'ART', 'ABP'],
  units: { 'mm[Hg]': { analyte, range, decimals: [0], unseen: 'taken' } },
});

/** Also the other values of a monitor at the bedside. */
export const ECG_MONITOR = {
  title: 'ECG monitor',
  fields: {
    heart_rate: {
      meaning: 'heart rate',
      labels: ['HR', 'bpm', 'HEART RATE', 'ECG', 'VENT RATE', 'RATE'],
      units: { '/min': { analyte: 'pulse', range: [20, 300], decimals: [0], unseen: 'taken' } },
    },
    pr_interval: interval('P-R interval', ['PR', 'PR int', 'P-R', 'PQ'], ['pr_interval', 60, 500]),
    qrs_duration: interval('duration of QRS', ['QRS', 'QRS dur', 'QRSD'], ['qrs_duration', 40, 300]),
    qt_interval: interval('Q-T interval', ['QT', 'QT int', 'Q-T'], ['qt_interval', 180, 800]),
    qtc_interval: interval('Q-T interval, corrected for the rate', ['QTc', 'QTcB', 'QTcF'], ['qtc_interval', 220, 800]),
    spo2: SPO2,
    resp_rate: {
      meaning: 'respiratory rate',
      labels: ['RESP', 'RR', 'rpm'],
      units: { '/min': { analyte: 'resp_rate', range: [3, 150], decimals: [0], unseen: 'taken' } },
    },
    temp: { ...TEMPERATURE, labels: ['TEMP', 'T1', 'T2'] },
    sys: pressure('systolic pressure', ['sys', 50, 300]),
    dia: pressure('diastolic pressure', ['dia', 25, 200]),
  },
  layout: {
    order: ['heart_rate'],
    orderIs: 'mostly',
    needed: ['heart_rate'],
    greater: [
      ['qt_interval', 'qrs_duration'],
      ['qtc_interval', 'qrs_duration'],
      ['sys', 'dia'],
    ],
    leastHeight: 0.7,
  },
  beyond: null,
} as const satisfies KindOfDevice;
