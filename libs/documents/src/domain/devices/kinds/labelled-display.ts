import type { DeviceField, KindOfDevice, ShownUnit } from '../device.ts';

const shown = (
  analyte: string | null,
  range: readonly [number, number],
  decimals: readonly number[] = [0],
): ShownUnit => ({ analyte, range, decimals, unseen: 'taken' });

const field = (
  meaning: string,
  labels: readonly string[],
  units: Readonly<Record<string, ShownUnit>>,
): DeviceField => ({ meaning, labels, units });

/** Nothing on it is known by its place: what has no label is not read. */
export const LABELLED_DISPLAY = {
  title: 'Labelled display (infusion pump, ventilator)',
  fields: {
    infusion_rate: field('rate of an infusion', ['RATE', 'FLOW', 'FLOW RATE'], {
      'mL/h': shown(null, [0.1, 1200], [0, 1, 2]),
    }),
    volume_to_infuse: field('volume to be infused', ['VTBI', 'VOL', 'VOLUME', 'LIMIT'], {
      mL: shown(null, [0.1, 9999], [0, 1, 2]),
    }),
    volume_infused: field('volume infused', ['VI', 'INFUSED', 'VOL INFUSED', 'TOTAL INFUSED'], {
      mL: shown(null, [0, 9999], [0, 1, 2]),
    }),
    tidal_volume: field('tidal volume', ['VT', 'VTE', 'VTI', 'TV', 'TIDAL VOLUME'], { mL: shown(null, [2, 3000]) }),
    peep: field('positive end expiratory pressure', ['PEEP', 'CPAP'], {
      'cm[H2O]': shown('peep', [0, 50], [0, 1]),
      mbar: shown('peep', [0, 50], [0, 1]),
    }),
    peak_pressure: field('peak inspiratory pressure', ['PPEAK', 'PIP', 'PPK', 'PMAX', 'PAW'], {
      'cm[H2O]': shown(null, [1, 120], [0, 1]),
      mbar: shown(null, [1, 120], [0, 1]),
    }),
    fio2: field('oxygen in the inspired gas', ['FiO2', 'O2'], { '%': shown('fio2', [21, 100]) }),
    dose: field('dose of a drug over time', ['DOSE'], {
      'ug/kg/min': shown(null, [0.001, 1000], [0, 1, 2]),
      'mg/h': shown(null, [0.01, 1000], [0, 1, 2]),
    }),
    resp_rate: field('respiratory rate', ['RR', 'RATE', 'FREQ', 'RESP', 'f'], {
      '/min': shown('resp_rate', [1, 150]),
    }),
    minute_volume: field('minute volume', ['MV', 'MVE', 'MINVOL', 'VE'], { 'L/min': shown(null, [0.1, 60], [1, 2]) }),
  },
  layout: { order: [], orderIs: 'mostly', needed: [], greater: [], leastHeight: 0.3 },
  beyond: null,
} as const satisfies KindOfDevice;
