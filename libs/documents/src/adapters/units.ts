import { UcumLhcUtils } from '@lhncbc/ucum-lhc';
import type { ConvertUnits } from '../domain/analytes/lookup.ts';

const units = UcumLhcUtils.getInstance();
const known = new Map<string, number | undefined>();

/** 37 °C is not ten times 3.7 °C: such units have no factor. */
const WITHOUT_FACTOR = new Set(['Cel', '[degF]']);

const convertByLibrary = (value: number, from: string, to: string): number | undefined => {
  const { status, toVal } = units.convertUnitTo(from, value, to);
  return status === 'succeeded' && toVal !== null ? toVal : undefined;
};

/** By UCUM (LHNCBC's library). The library parses both units each time, so factors are kept. */
export const convertUnits: ConvertUnits = (value, from, to) => {
  if (from === to) return value;
  if (WITHOUT_FACTOR.has(from)) return convertByLibrary(value, from, to);
  const pair = `${from} ${to}`;
  if (!known.has(pair)) known.set(pair, convertByLibrary(1, from, to));
  const factor = known.get(pair);
  return factor === undefined ? undefined : value * factor;
};
