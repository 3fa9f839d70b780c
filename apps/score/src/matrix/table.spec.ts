import type { Result } from './results.ts';
import { tablesOf } from './table.ts';

const result = (level: string, truth: number, value: number | null, reasons: readonly string[] = []): Result => ({
  id: `${level} ${truth}`,
  factor: 'light',
  level,
  alive: true,
  truth,
  value,
  reasons,
});

const RESULTS: readonly Result[] = [
  result('day', 60, 61),
  result('day', 80, 86),
  result('night', 70, null, ['low_snr']),
  { ...result('photo', 72, null, ['low_snr', 'methods_disagree']), factor: 'not alive', alive: false },
  { ...result('photo', 75, 90), factor: 'not alive', alive: false },
];

describe('the tables of the matrix', () => {
  const lines = tablesOf(RESULTS).split('\n');
  const cellsOf = (name: string): readonly string[] =>
    lines
      .find((line) => line.replace(/ +/g, ' ').includes(name))!
      .split('|')
      .map((cell) => cell.trim());

  it('tell, of what lives, the errors of what was emitted beside those of the constant', () => {
    // Errors 1 and 6; the constant is 70 and off by 10 on both.
    expect(cellsOf('| day |')).toEqual([
      '',
      'light',
      'day',
      '2',
      '0.0 %',
      '3.50',
      '6.00',
      '50.0 % (1 of 2)',
      '10.00',
      '',
    ]);
    expect(cellsOf('| night |')).toEqual(['', 'light', 'night', '1', '100.0 %', '-', '-', '-', '0.00', '']);
    expect(cellsOf('| all |')).toEqual(['', 'all', '', '3', '33.3 %', '3.50', '6.00', '50.0 % (1 of 2)', '6.67', '']);
  });

  it('count, of what does not live, every number that was emitted, and the reasons of the rest', () => {
    expect(cellsOf('| photo |')).toEqual(['', 'photo', '2', '1', '`low_snr` 1, `methods_disagree` 1', '']);
  });
});
