import { DEVICE_TYPES, type DeviceType } from '@smartscan/kernel';
import type { KindOfDevice } from '../device.ts';
import type { DisplaySight } from '../../display/glyphs.ts';
import { BLOOD_PRESSURE_MONITOR } from './blood-pressure-monitor.ts';
import { BODY_COMPOSITION_SCALE } from './body-composition-scale.ts';
import { CAPNOMETER } from './capnometer.ts';
import { ECG_MONITOR } from './ecg-monitor.ts';
import { GLUCOSE_METER } from './glucose-meter.ts';
import { HBA1C_METER } from './hba1c-meter.ts';
import { LABELLED_DISPLAY } from './labelled-display.ts';
import { PEAK_FLOW_METER } from './peak-flow-meter.ts';
import { PULSE_OXIMETER } from './pulse-oximeter.ts';
import { SPIROMETER } from './spirometer.ts';
import { THERMOMETER } from './thermometer.ts';
import { WEIGHT_SCALE } from './weight-scale.ts';

/**
 * The kinds of device, and what is read from each: those that the network of displays tells apart. Types of results, the
 * document of the fields and their tests come from here; a label that is missing here is added here. Ranges and layouts are
 * ours, out of manuals and of photos of such devices, where no source stands beside them.
 */
export const DEVICES = {
  blood_pressure_monitor: BLOOD_PRESSURE_MONITOR,
  glucose_meter: GLUCOSE_METER,
  pulse_oximeter: PULSE_OXIMETER,
  thermometer: THERMOMETER,
  weight_scale: WEIGHT_SCALE,
  body_composition_scale: BODY_COMPOSITION_SCALE,
  peak_flow_meter: PEAK_FLOW_METER,
  spirometer: SPIROMETER,
  ecg_monitor: ECG_MONITOR,
  hba1c_meter: HBA1C_METER,
  capnometer: CAPNOMETER,
  labelled_display: LABELLED_DISPLAY,
} as const satisfies Readonly<Record<DeviceType, KindOfDevice>>;

export type DeviceFieldName<D extends DeviceType> = keyof (typeof DEVICES)[D]['fields'] & string;

/** The kind that the network holds for likeliest. */
export const likeliest = (kinds: DisplaySight['kinds']): DeviceType =>
  DEVICE_TYPES.reduce((a, b) => (kinds[b] > kinds[a] ? b : a));
