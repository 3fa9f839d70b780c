import { folded } from '../layout/labels.ts';

/** How a unit is written here, and its UCUM code. */
export interface Unit {
  readonly printed: string;
  readonly ucum: string;
}

/** UCUM code → how it is written, and other ways in which documents print it. Ours, out of what laboratories print. */
const UNITS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  '%': ['%', 'percent', 'pct'],
  'mg/dL': ['mg/dL', 'mg%', 'mgs/dL', 'mg/100mL'],
  'g/dL': ['g/dL', 'gm/dL', 'gms/dL', 'gm%', 'g%', 'gr/dL'],
  'g/L': ['g/L', 'gm/L'],
  'mg/L': ['mg/L'],
  'ug/L': ['ug/L', 'mcg/L'],
  'ug/dL': ['ug/dL', 'mcg/dL', 'ug%'],
  'ug/mL': ['ug/mL', 'mcg/mL'],
  'ng/mL': ['ng/mL'],
  'ng/dL': ['ng/dL'],
  'ng/L': ['ng/L'],
  'pg/mL': ['pg/mL'],
  pg: ['pg', 'picogram'],
  fL: ['fL', 'cu micron', 'femtoliter'],
  'mmol/L': ['mmol/L', 'mM/L', 'mmoles/L'],
  'umol/L': ['umol/L', 'mcmol/L', 'umoles/L'],
  'nmol/L': ['nmol/L'],
  'pmol/L': ['pmol/L'],
  'mmol/mol': ['mmol/mol'],
  'meq/L': ['mEq/L', 'mEqv/L'],
  'U/L': ['U/L', 'units/L'],
  '[IU]/L': ['IU/L'],
  'm[IU]/L': ['mIU/L', 'mU/L'],
  'm[IU]/mL': ['mIU/mL', 'mU/mL'],
  'u[IU]/mL': ['uIU/mL', 'uU/mL', 'mcIU/mL', 'mcU/mL'],
  '10*3/uL': [
    '10*3/uL',
    ...['10^3/uL', 'x10^3/uL', 'x10*3/uL', 'x10E3/uL', '10E3/uL', '10x3/uL', 'x103/uL', '103/uL', 'K/uL'],
    ...['thou/uL', 'thousand/uL', 'thou/mm3', 'K/mm3', 'K/cumm', 'x10^3/mcL', 'K/mcL', '10^3/mm3'],
  ],
  '10*9/L': ['10*9/L', '10^9/L', 'x10^9/L', 'x10*9/L', 'x10E9/L', '10E9/L', 'x109/L', '109/L', 'giga/L'],
  '10*6/uL': [
    '10*6/uL',
    ...['10^6/uL', 'x10^6/uL', 'x10*6/uL', 'x10E6/uL', '10E6/uL', 'x106/uL', '106/uL', 'M/uL', 'mill/uL'],
    ...['mil/uL', 'million/uL', 'mill/cumm', 'mill/mm3', 'M/mcL', 'x10^6/mcL'],
  ],
  '10*12/L': ['10*12/L', '10^12/L', 'x10^12/L', 'x10*12/L', 'x10E12/L', '10E12/L', 'x1012/L', '1012/L', 'T/L'],
  '/uL': ['/uL', 'cells/uL', '/cumm', 'cells/cumm', '/mm3', 'cells/mm3', '/mcL'],
  'mm/h': ['mm/h', 'mm/hr', 'mm/hour', 'mm 1st hr'],
  'mL/min/{1.73_m2}': ['mL/min/1.73m2', 'mL/min/1.73', 'mL/min/1.73 m^2', 'mL/min/1.73 m²', 'mL/min'],
  'mg/g': ['mg/g', 'mg/g creat', 'mg/g Cr', 'ug/mg'],
  'mg/mmol': ['mg/mmol'],
  'ng/mL{FEU}': ['ng/mL FEU', 'ng FEU/mL'],
  'ug/mL{FEU}': ['ug/mL FEU', 'mg/L FEU', 'mcg/mL FEU', 'ug FEU/mL'],
  'L/L': ['L/L'],
  s: ['s', 'sec', 'secs', 'seconds'],
  'mm[Hg]': ['mmHg', 'mm Hg'],
  kPa: ['kPa'],
  '/min': ['/min', 'bpm', 'beats/min', 'per minute', 'breaths/min', 'brpm', 'rpm'],
  Cel: ['°C', 'C', 'deg C', 'ºC', 'Celsius'],
  '[degF]': ['°F', 'F', 'deg F', 'ºF', 'Fahrenheit'],
  kg: ['kg', 'kgs'],
  g: ['g', 'gm', 'grams'],
  '[lb_av]': ['lb', 'lbs', 'pounds'],
  '[stone_av]': ['st', 'stone', 'stones'],
  L: ['L', 'liters', 'litres'],
  mL: ['mL', 'ml', 'cc'],
  'L/min': ['L/min', 'lpm', 'L/m'],
  'L/s': ['L/s', 'L/sec'],
  'mL/h': ['mL/h', 'mL/hr'],
  'ug/kg/min': ['mcg/kg/min', 'ug/kg/min'],
  'mg/h': ['mg/h', 'mg/hr'],
  'kcal/d': ['kcal', 'kcal/d', 'kcal/day'],
  '{level}': ['level'],
  ms: ['ms', 'msec'],
  'cm[H2O]': ['cmH2O', 'cm H2O'],
  mbar: ['mbar', 'hPa'],
  cm: ['cm', 'cms'],
  m: ['m'],
  '[in_i]': ['in', 'inches'],
  'kg/m2': ['kg/m2', 'kg/m^2', 'kg/m²'],
};

/** As printed, without spaces, one letter for those that print alike, µ as u, small digits as digits. */
const foldedUnit = (text: string): string =>
  folded(text.normalize('NFKC').replace(/[μµ]/g, 'u').replace(/[º°]/g, '').replace(/[*^]/g, ''));

const BY_PRINT: ReadonlyMap<string, Unit> = new Map(
  Object.entries(UNITS).flatMap(([ucum, prints]) =>
    prints.map((print) => [foldedUnit(print), { printed: prints[0], ucum }] as const),
  ),
);

/** Every print of every unit, for tests. */
export const UNIT_PRINTS: readonly (readonly [print: string, ucum: string])[] = Object.entries(UNITS).flatMap(
  ([ucum, prints]) => prints.map((print) => [print, ucum] as const),
);

/** Reads a unit; undefined where it is none that is known. A bare 1 prints like the l of litres, and is none. */
export const readUnit = (text: string): Unit | undefined =>
  /[\p{L}%]/u.test(text) ? BY_PRINT.get(foldedUnit(text)) : undefined;
