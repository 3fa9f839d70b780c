import { meanOf } from '../pulse/folders.ts';

export const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

export const table = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] => [
  row(header),
  row(header.map(() => '---')),
  ...rows.map(row),
  '',
];

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;

export const meanError = (errors: readonly number[]): string => (errors.length === 0 ? '' : meanOf(errors).toFixed(2));
