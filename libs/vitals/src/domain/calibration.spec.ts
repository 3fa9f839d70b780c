import fc from 'fast-check';
import { checkCalibration, FARTHEST_MS, isUsable, USABLE_MS, type Reading } from './calibration.ts';

const SCANNED_AT = 1_800_000_000_000;
const cuff = (systolic_mmhg: number, diastolic_mmhg: number): Reading => ({
  kind: 'cuff',
  systolic_mmhg,
  diastolic_mmhg,
});
const codeOf = (reading: Reading, takenAtMs = SCANNED_AT): string => {
  try {
    checkCalibration({ reading, takenAtMs }, SCANNED_AT);
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a reference reading', () => {
  it.each<[string, Reading, string]>([
    ['an ordinary pressure', cuff(120, 80), 'none'],
    ['the highest', cuff(230, 130), 'none'],
    ['the lowest', cuff(60, 40), 'none'],
    ['upside down', cuff(80, 120), 'vitals.implausible_reading'],
    ['no pulse pressure', cuff(90, 90), 'vitals.implausible_reading'],
    ['too high', cuff(231, 80), 'vitals.implausible_reading'],
    ['kilopascals', cuff(16, 10.6), 'vitals.implausible_reading'],
    ['no number', cuff(NaN, 80), 'vitals.implausible_reading'],
    ['an ordinary saturation', { kind: 'oximeter', spo2_percent: 97 }, 'none'],
    ['more than everything', { kind: 'oximeter', spo2_percent: 100.1 }, 'vitals.implausible_reading'],
    ['a share, not a percentage', { kind: 'oximeter', spo2_percent: 0.97 }, 'vitals.implausible_reading'],
  ])('%s', (_, reading, code) => {
    expect(codeOf(reading)).toBe(code);
  });

  it('belongs to a scan within ten minutes, before or after', () => {
    for (const sign of [-1, 1]) {
      expect(codeOf(cuff(120, 80), SCANNED_AT + sign * FARTHEST_MS)).toBe('none');
      expect(codeOf(cuff(120, 80), SCANNED_AT + sign * (FARTHEST_MS + 1))).toBe('vitals.reading_too_far');
    }
  });

  it('P10: is in no word of what refuses it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 99_999 }), (value) => {
        try {
          checkCalibration({ reading: cuff(value, value + 1), takenAtMs: SCANNED_AT }, SCANNED_AT);
        } catch (error) {
          const { message, extras } = error as { message: string; extras: object };
          expect(`${message} ${JSON.stringify(extras)}`).not.toMatch(new RegExp(`\\b(?:${value}|${value + 1})\\b`));
          return;
        }
        throw new Error('taken');
      }),
      { seed: 8, examples: [[300]] },
    );
  });

  it('is estimated from for four weeks', () => {
    expect(isUsable({ takenAtMs: SCANNED_AT }, SCANNED_AT + USABLE_MS)).toBe(true);
    expect(isUsable({ takenAtMs: SCANNED_AT }, SCANNED_AT + USABLE_MS + 1)).toBe(false);
  });
});
