import { row, type AnalyteRow } from './analyte.ts';

/**
 * What devices show and laboratories don't report. Codes are from memory, with a valid check digit, as those of `UNVERIFIED`
 * in analyte-table.ts. Names stand on devices beside their labels (domain/devices/kinds), so these rows have no aliases.
 */
export const DEVICE_ANALYTES: readonly AnalyteRow[] = [
  row(['perfusion_index', 'device', 'Perfusion index by pulse oximetry', '61006-3', '%'], [], [0.02, 30]),
  row(['muscle_mass', 'device', 'Body muscle mass', '73964-9', 'kg'], [], [5, 150]),
  row(['pef', 'device', 'Maximum expiratory gas flow by peak flow meter', '33452-4', 'L/min'], [], [30, 1000]),
  row(['pef_spirometry', 'device', 'Maximum expiratory gas flow by spirometry', '19935-6', 'L/min'], [], [30, 1000]),
  row(['fev1', 'device', 'Forced expiratory volume in 1 second', '20150-9', 'L'], [], [0.1, 9.99]),
  row(['fvc', 'device', 'Forced vital capacity by spirometry', '19868-9', 'L'], [], [0.1, 9.99]),
  row(['fev1_fvc', 'device', 'FEV1/FVC', '19926-5', '%'], [], [10, 100]),
  row(['pr_interval', 'device', 'P-R interval', '8625-6', 'ms'], [], [50, 500]),
  row(['qrs_duration', 'device', 'QRS duration', '8633-0', 'ms'], [], [30, 300]),
  row(['qt_interval', 'device', 'Q-T interval', '8634-8', 'ms'], [], [150, 800]),
  row(['qtc_interval', 'device', 'Q-T interval, corrected', '8636-3', 'ms'], [], [200, 800]),
  row(['etco2', 'device', 'Carbon dioxide at end expiration (pressure)', '19891-1', 'mm[Hg]'], [], [0, 150]),
  row(['etco2_fraction', 'device', 'Carbon dioxide at end expiration (fraction)', '19889-5', '%'], [], [0, 20]),
  row(['peep', 'device', 'Positive end expiratory pressure setting, ventilator', '20077-4', 'cm[H2O]'], [], [0, 50]),
  row(['fio2', 'device', 'Oxygen in inspired gas setting, ventilator', '19994-3', '%'], [], [21, 100]),
];
