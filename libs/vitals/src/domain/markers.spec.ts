import fc from 'fast-check';
import {
  analyseFace,
  mulberry32,
  PULSE_REASONS,
  synthesizeBeats,
  synthesizeFace,
  synthesizeFrameTimes,
  type Estimate,
  type PulseAnalysis,
} from '@smartscan/signal';
import { MARKER_NAMES, MARKERS } from './marker-table.ts';
import { markersOf } from './markers.ts';

const analysisOf = (pulse: number, noise = 0.001): PulseAnalysis => {
  const chance = mulberry32(5);
  const train = synthesizeBeats({ heartRate: 68, sdnn: 40, respiratoryRate: 14, durationSeconds: 30, chance });
  const timesSeconds = synthesizeFrameTimes(30, 30, 0.2, chance);
  return analyseFace(synthesizeFace(train, { timesSeconds, chance, pulse, noise }));
};

const sound = analysisOf(0.005);

const estimate: fc.Arbitrary<Estimate> = fc.oneof(
  fc.record({
    value: fc.constant(null),
    standardError: fc.constant(null),
    reasons: fc.subarray([...PULSE_REASONS], { minLength: 1 }),
  }),
  fc.record({
    value: fc.double({ min: -50, max: 500, noNaN: true }),
    standardError: fc.double({ min: 0, max: 100, noNaN: true }),
    reasons: fc.constant([]),
  }),
);

describe('the markers of a scan', () => {
  it('of a good face all have a value, in their unit and inside their interval', () => {
    for (const [name, marker] of Object.entries(markersOf(sound))) {
      expect(marker.value).not.toBeNull();
      expect(marker.unit).toBe(MARKERS[name as keyof typeof MARKERS].unit);
      expect(marker.interval![0]).toBeLessThanOrEqual(marker.value!);
      expect(marker.interval![1]).toBeGreaterThanOrEqual(marker.value!);
    }
  });

  it('of a face without a pulse are refused with their reasons, and only the quality has a value', () => {
    const { signal_quality: quality, ...others } = markersOf(analysisOf(0));
    expect(quality.value).toBeLessThan(50);
    for (const marker of Object.values(others)) {
      expect(marker).toMatchObject({ value: null, confidence: 0, status: 'refused' });
      expect(marker.reasons).toContain('low_snr');
      expect(marker).not.toHaveProperty('interval');
    }
  });

  it('never hold a number that is refused, a confidence without a number, or a number out of the plausible', () => {
    fc.assert(
      fc.property(estimate, estimate, (first, second) => {
        const markers = markersOf({ ...sound, heartRate: first, rmssd: second, respiratoryRate: second });
        for (const name of MARKER_NAMES) {
          const { value, confidence, status, reasons, interval } = markers[name];
          const [least, most] = MARKERS[name].plausible;
          expect(value === null).toBe(status === 'refused');
          expect(value === null).toBe(confidence === 0 && interval === undefined);
          expect(status === 'ok').toBe(reasons.length === 0);
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(least);
          expect(value).toBeLessThanOrEqual(most);
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are believed less the larger their error', () => {
    const confidence = (standardError: number): number =>
      markersOf({ ...sound, heartRate: { value: 70, standardError, reasons: [] } }).heart_rate.confidence;
    expect(confidence(0.3)).toBeGreaterThan(confidence(2));
    expect(confidence(2)).toBeGreaterThan(confidence(6));
    expect(confidence(6)).toBeLessThan(0.5);
  });

  it('a variability that hardly beats a constant guess is not ok, however clean the scan', () => {
    const exact = { value: 40, standardError: 0, reasons: [] };
    const { hrv_rmssd, hrv_pnn50 } = markersOf({ ...sound, rmssd: exact, pnn50: exact });
    for (const marker of [hrv_rmssd, hrv_pnn50]) {
      expect(marker.status).toBe('low_confidence');
      expect(marker.reasons).toEqual(['wide_interval']);
    }
  });
});

describe('the marker table', () => {
  it('gives each marker a unit, a plausible range, a method and a source', () => {
    for (const name of MARKER_NAMES) {
      const { title, unit, plausible, method, source, tolerance, residual } = MARKERS[name];
      for (const text of [title, unit, method, source]) expect(text.length).toBeGreaterThan(0);
      expect(plausible[0]).toBeLessThan(plausible[1]);
      expect(Math.min(tolerance, residual)).toBeGreaterThan(0);
    }
  });
});
