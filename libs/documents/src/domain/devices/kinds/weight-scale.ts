import type { DeviceField, KindOfDevice } from '../device.ts';

/** A weight without its unit could be in any of the three. Stones are followed by pounds: `11:4.5`. */
export const WEIGHT: DeviceField = {
  meaning: 'body weight',
  labels: ['WEIGHT', 'WT'],
  units: {
    kg: { analyte: 'weight', range: [2, 300], decimals: [1, 2], unseen: 'said' },
    '[lb_av]': { analyte: 'weight', range: [4, 660], decimals: [1, 2], unseen: 'said' },
    '[stone_av]': { analyte: 'weight', range: [1, 47], decimals: [0, 1], unseen: 'refused' },
  },
};

export const WEIGHT_SCALE = {
  title: 'Weight scale',
  fields: { weight: WEIGHT },
  layout: { order: ['weight'], orderIs: 'always', needed: ['weight'], greater: [], leastHeight: 0.7 },
  beyond: null,
} as const satisfies KindOfDevice;
