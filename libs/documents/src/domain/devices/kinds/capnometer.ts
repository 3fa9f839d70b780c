import type { KindOfDevice } from '../device.ts';
import { SPO2 } from './pulse-oximeter.ts';

export const CAPNOMETER = {
  title: 'Capnometer',
  fields: {
    etco2: {
      meaning: 'carbon dioxide at the end of a breath',
      labels: ['EtCO2', 'ETCO2', 'CO2', 'PetCO2'],
      units: {
        'mm[Hg]': { analyte: 'etco2', range: [5, 150], decimals: [0], unseen: 'taken' },
        kPa: { analyte: 'etco2', range: [0.7, 20], decimals: [1], unseen: 'said' },
        '%': { analyte: 'etco2_fraction', range: [0.7, 20], decimals: [1], unseen: 'said' },
      },
    },
    resp_rate: {
      meaning: 'respiratory rate',
      labels: ['RR', 'RESP', 'AWRR', 'BPM', 'BrPM', 'BR', 'FR'],
      units: { '/min': { analyte: 'resp_rate', range: [3, 150], decimals: [0], unseen: 'taken' } },
    },
    spo2: SPO2,
  },
  layout: {
    order: ['etco2', 'resp_rate'],
    orderIs: 'mostly',
    needed: ['etco2', 'resp_rate'],
    greater: [],
    leastHeight: 0.5,
  },
  beyond: null,
} as const satisfies KindOfDevice;
