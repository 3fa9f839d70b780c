import fc from 'fast-check';
import { USABLE_MS, type Calibration } from './calibration.ts';
import { ESTIMATED, estimatesOf, type EstimateInputs } from './estimates.ts';
import type { Marker } from './marker.ts';
import { CALIBRATED } from './markers/calibrated.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

const pulse: Marker = {
  value: 66,
  unit: '/min',
  confidence: 0.9,
  status: 'ok',
  reasons: [],
  method: 'mean_interval_of_beats',
};
const noPulse: Marker = { ...pulse, value: null, confidence: 0, status: 'refused', reasons: ['low_snr'] };
const cuff = (takenAtMs: number): Calibration => ({
  takenAtMs,
  reading: { kind: 'cuff', systolic_mmhg: 131, diastolic_mmhg: 83 },
});
const oximeter = (takenAtMs: number): Calibration => ({ takenAtMs, reading: { kind: 'oximeter', spo2_percent: 96 } });
const inputs = (given: Partial<EstimateInputs> = {}): EstimateInputs => ({
  heartRate: pulse,
  colourRatio: 0.62,
  calibrations: {},
  wellness: false,
  nowMs: NOW,
  ...given,
});
const both = (takenAtMs: number): EstimateInputs['calibrations'] => ({
  cuff: cuff(takenAtMs),
  oximeter: oximeter(takenAtMs),
});

describe('oxygen saturation and blood pressure', () => {
  it('are not there unless the person is calibrated or the caller asks for a guess', () => {
    for (const marker of Object.values(estimatesOf(inputs()))) {
      expect(marker).toMatchObject({ value: null, status: 'unsupported', reasons: ['not_calibrated'], confidence: 0 });
    }
  });

  it('are the person’s own reading carried forward, with its time and an interval, and never ok', () => {
    const taken = NOW - DAY;
    const estimates = estimatesOf(inputs({ calibrations: both(taken) }));
    expect(Object.values(estimates).map(({ value }) => value)).toEqual([131, 83, 99, 96]);
    for (const name of ESTIMATED) {
      const { status, reasons, calibrated_at, interval, method, confidence, ...rest } = estimates[name];
      expect([status, reasons[0], method]).toEqual(['low_confidence', 'carried_forward', CALIBRATED[name].method]);
      expect(calibrated_at).toBe(new Date(taken).toISOString());
      expect(interval![1] - interval![0]).toBeGreaterThan(10);
      expect(confidence).toBeLessThan(0.85);
      expect(rest).not.toHaveProperty('wellness_estimate');
    }
    // 1.96 · √2 · 8.6 mmHg about 131.
    expect(estimates.blood_pressure_systolic.interval).toEqual([107, 155]);
  });

  it('one calibration is one calibration: a cuff says nothing of oxygen, an oximeter nothing of pressure', () => {
    const { oxygen_saturation, blood_pressure_systolic: systolic } = estimatesOf(
      inputs({ calibrations: { cuff: cuff(NOW) } }),
    );
    expect([oxygen_saturation.status, systolic.value]).toEqual(['unsupported', 131]);
    const other = estimatesOf(inputs({ calibrations: { oximeter: oximeter(NOW) } }));
    expect([other.oxygen_saturation.value, other.blood_pressure_systolic.status]).toEqual([96, 'unsupported']);
  });

  it('end with the age of the calibration, and say so', () => {
    const calibrations = both(NOW - USABLE_MS - 1);
    for (const marker of Object.values(estimatesOf(inputs({ calibrations })))) {
      expect(marker).toMatchObject({ value: null, status: 'unsupported', reasons: ['calibration_too_old'] });
    }
    const guessed = estimatesOf(inputs({ calibrations, wellness: true }));
    expect(guessed.oxygen_saturation).toMatchObject({
      wellness_estimate: true,
      reasons: ['calibration_too_old', 'wide_interval'],
    });
  });

  it('without a calibration are flagged as wellness estimates, doubted, with the honest interval', () => {
    const { oxygen_saturation, blood_pressure_systolic, blood_pressure_diastolic, mean_arterial_pressure } =
      estimatesOf(inputs({ wellness: true }));
    // 100 - 5 · 0.62 with 1.96 · 11 below, and no more than everything above.
    expect(oxygen_saturation).toMatchObject({ value: 97, interval: [75, 100], method: 'ratio_of_ratios_uncalibrated' });
    expect(blood_pressure_systolic).toMatchObject({ value: 122, interval: [88, 156], method: 'mean_of_adults' });
    expect(blood_pressure_diastolic).toMatchObject({ value: 71, interval: [50, 92], method: 'mean_of_adults' });
    for (const marker of [oxygen_saturation, blood_pressure_systolic, blood_pressure_diastolic]) {
      expect(marker).toMatchObject({ wellness_estimate: true, status: 'low_confidence' });
      expect(marker.reasons[0]).toBe('not_calibrated');
      expect(marker).not.toHaveProperty('calibrated_at');
    }
    expect(mean_arterial_pressure).toMatchObject({ value: null, status: 'unsupported' });
    const { oxygen_saturation: colourless } = estimatesOf(inputs({ wellness: true, colourRatio: null }));
    expect(colourless).toMatchObject({ value: null, status: 'refused', reasons: ['no_colour_ratio'] });
  });

  it('no pulse, no number: whatever is known of the person and whatever is asked for', () => {
    const calibrations = both(NOW);
    for (const marker of Object.values(estimatesOf(inputs({ heartRate: noPulse, calibrations, wellness: true })))) {
      expect(marker).toMatchObject({ value: null, status: 'refused', reasons: ['low_snr'] });
    }
  });

  it('are never ok, never out of the plausible, and always inside their interval', () => {
    const someInputs = fc.record({
      heartRate: fc.constantFrom(pulse, noPulse),
      colourRatio: fc.option(fc.double({ min: -3, max: 9, noNaN: true })),
      calibrations: fc.constantFrom({}, both(NOW), both(NOW - 2 * USABLE_MS)),
      wellness: fc.boolean(),
      nowMs: fc.constant(NOW),
    });
    fc.assert(
      fc.property(someInputs, (given) => {
        for (const [name, marker] of Object.entries(estimatesOf(given))) {
          const { value, status, interval, confidence } = marker;
          const [least, most] = CALIBRATED[name as keyof typeof CALIBRATED].plausible;
          expect(status).not.toBe('ok');
          expect(value === null).toBe(status !== 'low_confidence');
          expect(value === null).toBe(interval === undefined && confidence === 0);
          if (value === null) continue;
          expect(least <= interval![0] && interval![0] <= value && value <= interval![1] && interval![1] <= most).toBe(
            true,
          );
        }
      }),
      { seed: 5 },
    );
  });
});
