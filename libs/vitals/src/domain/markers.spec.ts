import fc from 'fast-check';
import { MARKER_NAMES, type MarkerName } from '@smartscan/kernel';
import {
  analyseFace,
  bandPowersOf,
  longAxis,
  mulberry32,
  PULSE_REASONS,
  stressIndex,
  successiveDifferences,
  sympatheticIndex,
  synthesizeBeats,
  synthesizeFace,
  synthesizeFrameTimes,
  vagalIndex,
  type Estimate,
  type PulseAnalysis,
} from '@smartscan/signal';
import { MARKERS } from './marker-table.ts';
import { markersOf, type Markers } from './markers.ts';
import { NO_INPUTS, type PersonInputs } from './person.ts';

const analysisOf = (pulse: number, durationSeconds = 30): PulseAnalysis => {
  const chance = mulberry32(5);
  const train = synthesizeBeats({ heartRate: 68, sdnn: 40, respiratoryRate: 14, durationSeconds, chance });
  const timesSeconds = synthesizeFrameTimes(durationSeconds, 30, 0.2, chance);
  return analyseFace(synthesizeFace(train, { timesSeconds, chance, pulse, noise: 0.001 }));
};

const PERSON = {
  age: 45,
  sex: 'male',
  height_cm: 180,
  weight_kg: 80,
  systolic_pressure: 130,
  pressure_treated: 'no',
  smoker: 'no',
  diabetes: 'no',
} as const satisfies PersonInputs;

const sound = analysisOf(0.005);
const minute = analysisOf(0.005, 60);

const namesOf = (...kinds: readonly string[]): MarkerName[] =>
  MARKER_NAMES.filter((name) => kinds.includes(MARKERS[name].kind));
const offered = namesOf('measured', 'derived', 'summary');
const valuedIn = (markers: Markers): MarkerName[] => MARKER_NAMES.filter((name) => markers[name].value !== null);

/** A minute of a face, and what formulas make of its beats as they truly were. */
const heartOf = (seed: number): { pulse: PulseAnalysis; truth: Partial<Record<MarkerName, number>> } => {
  const chance = mulberry32(seed);
  const plan = {
    heartRate: 55 + 5 * seed,
    sdnn: 30 + 4 * seed,
    respiratoryRate: 11 + seed,
    durationSeconds: 60,
    chance,
  };
  const train = synthesizeBeats(plan);
  const timesSeconds = synthesizeFrameTimes(60, 30, 0.2, chance);
  const pulse = analyseFace(synthesizeFace(train, { timesSeconds, chance, pulse: 0.005, noise: 0.001 }));
  const beats = train.beatTimesSeconds.filter((time) => time >= 0 && time <= 60);
  const ms = successiveDifferences(beats).map((seconds) => 1000 * seconds);
  const { low, high } = bandPowersOf({ atSeconds: beats.subarray(1), ms }, 0);
  const { heartRate, sdnn, rmssd, pnn50, respiratoryRate } = train.truth;
  const truth = {
    heart_rate: heartRate,
    mean_interval: 60_000 / heartRate,
    hrv_sdnn: sdnn,
    hrv_rmssd: rmssd,
    hrv_pnn50: pnn50,
    hrv_lf_hf: low / high,
    pulse_regularity: 100,
    respiratory_rate: respiratoryRate,
    stress_index: stressIndex(ms, sdnn),
    sympathetic_index: sympatheticIndex(sdnn, rmssd),
    parasympathetic_index: vagalIndex(sdnn, rmssd),
    poincare_sd1: rmssd / Math.SQRT2,
    poincare_sd2: longAxis(sdnn, rmssd),
    autonomic_balance: (100 * low) / (low + high),
    scan_duration: 60,
  };
  return { pulse, truth };
};

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
const analysis: fc.Arbitrary<PulseAnalysis> = fc
  .record({
    base: fc.constantFrom(sound, minute),
    pulse: fc.record({
      heartRate: estimate,
      sdnn: estimate,
      rmssd: estimate,
      pnn50: estimate,
      respiratoryRate: estimate,
      snrDecibels: fc.double({ min: -400, max: 400, noNaN: true }),
    }),
  })
  .map(({ base, pulse }) => ({ ...base, ...pulse }));
const person: fc.Arbitrary<PersonInputs> = fc.record(
  {
    age: fc.double({ min: 18, max: 120, noNaN: true }),
    sex: fc.constantFrom('female' as const, 'male' as const),
    height_cm: fc.double({ min: 100, max: 250, noNaN: true }),
    weight_kg: fc.double({ min: 25, max: 400, noNaN: true }),
    systolic_pressure: fc.double({ min: 60, max: 260, noNaN: true }),
    pressure_treated: fc.constantFrom('yes' as const, 'no' as const),
    smoker: fc.constantFrom('yes' as const, 'no' as const),
    diabetes: fc.constantFrom('yes' as const, 'no' as const),
  },
  { requiredKeys: [] },
);

describe('the markers of a scan', () => {
  it('of a minute of a good face and a person who is known all have a value, but those that no scan gives', () => {
    expect(valuedIn(markersOf({ analysis: minute, person: PERSON }))).toEqual(offered);
  });

  it('of 30 s lack LF/HF and what starts from it, whoever the person is', () => {
    const markers = markersOf({ analysis: sound, person: PERSON });
    const lacking = offered.filter((name) => markers[name].value === null);
    expect(lacking).toEqual(['hrv_lf_hf', 'autonomic_balance']);
    for (const name of lacking) expect(markers[name]).toMatchObject({ status: 'refused', reasons: ['too_short'] });
  });

  it('of a face without a pulse are refused with their reasons; only what does not hang on it has a value', () => {
    const markers = markersOf({ analysis: analysisOf(0, 60), person: PERSON });
    expect(valuedIn(markers)).toEqual(['heart_age', 'cardiovascular_risk', 'signal_quality', 'scan_duration']);
    expect(markers.signal_quality.value).toBeLessThan(50);
    for (const name of ['heart_rate', 'hrv_lf_hf', 'stress_index', 'fitness'] as const) {
      expect(markers[name].reasons).toContain('low_snr');
    }
    expect(markers.overall_confidence.reasons).toEqual(['no_markers']);
  });

  it('name each input that the request lacks, and no formula is fed a guess', () => {
    const without = markersOf({ analysis: sound, person: NO_INPUTS });
    for (const name of offered) {
      const row = MARKERS[name];
      if (row.kind !== 'derived' || row.needs.length === 0) continue;
      expect(without[name]).toMatchObject({ status: 'refused', reasons: row.needs.map((input) => `needs_${input}`) });
      for (const input of row.needs) {
        const { [input]: _, ...others } = PERSON as PersonInputs;
        expect(markersOf({ analysis: sound, person: others })[name].reasons).toEqual([`needs_${input}`]);
      }
    }
    const woman = markersOf({ analysis: sound, person: { ...PERSON, sex: 'female' } });
    expect(woman.fitness).toMatchObject({ value: null, status: 'refused', reasons: ['outside_of_formula'] });
  });

  it('never hold a number that is refused, a confidence without a number, or a number out of the plausible', () => {
    fc.assert(
      fc.property(analysis, person, (pulse, who) => {
        const markers = markersOf({ analysis: pulse, person: who });
        for (const name of MARKER_NAMES) {
          const row = MARKERS[name];
          const { value, confidence, status, reasons, interval, unit } = markers[name];
          expect(unit).toBe(row.unit);
          expect(status === 'unsupported').toBe(row.kind === 'unsupported');
          expect(value === null).toBe(status === 'refused' || status === 'unsupported');
          expect(value === null).toBe(confidence === 0 && interval === undefined);
          expect(status === 'ok').toBe(reasons.length === 0);
          if (value === null || row.kind === 'unsupported') continue;
          const [least, most] = row.plausible;
          expect(least).toBeLessThanOrEqual(interval![0]);
          expect(interval![0]).toBeLessThanOrEqual(value);
          expect(value).toBeLessThanOrEqual(interval![1]);
          expect(interval![1]).toBeLessThanOrEqual(most);
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('are believed less the larger their error, and so is what starts from them', () => {
    const confidences = (standardError: number): readonly number[] => {
      const heartRate = { value: 70, standardError, reasons: [] };
      const markers = markersOf({ analysis: { ...sound, heartRate }, person: PERSON });
      return [markers.heart_rate.confidence, markers.mean_interval.confidence, markers.fitness.confidence];
    };
    const [small, middle, large] = [confidences(0.3), confidences(4), confidences(15)];
    for (const at of [0, 1, 2]) {
      expect(small[at]).toBeGreaterThan(middle[at]!);
      expect(middle[at]).toBeGreaterThan(large[at]!);
    }
  });

  it('that are derived are the formula of what they start from, and as wide as it makes them', () => {
    const { sdnn, rmssd } = sound;
    const markers = markersOf({ analysis: sound, person: PERSON });
    const [low, high] = markers.poincare_sd1.interval!;
    expect(low).toBeCloseTo(markers.hrv_rmssd.interval![0] / Math.SQRT2, 0);
    expect(high).toBeCloseTo(markers.hrv_rmssd.interval![1] / Math.SQRT2, 0);
    expect(markers.poincare_sd1.value).toBeCloseTo(rmssd.value! / Math.SQRT2, 1);
    expect(markers.poincare_sd2.value).toBeCloseTo(Math.sqrt(2 * sdnn.value! ** 2 - rmssd.value! ** 2 / 2), 1);
    expect(markers.mean_interval.value).toBeCloseTo(60_000 / sound.heartRate.value!, 0);
    const { hrv_lf_hf, autonomic_balance } = markersOf({ analysis: minute, person: PERSON });
    const ratio = hrv_lf_hf.value!;
    expect(autonomic_balance.value! / ((100 * ratio) / (1 + ratio))).toBeCloseTo(1, 1);
  });

  it('hold the truth of the heart in their interval, 95 times in 100', () => {
    let [held, all] = [0, 0];
    for (let seed = 1; seed <= 8; seed++) {
      const { pulse, truth } = heartOf(seed);
      const markers = markersOf({ analysis: pulse, person: NO_INPUTS });
      for (const [name, value] of Object.entries(truth)) {
        const { interval } = markers[name as MarkerName];
        if (interval === undefined) continue;
        all++;
        if (interval[0] <= value && value <= interval[1]) held++;
      }
    }
    expect(all).toBeGreaterThan(90);
    expect(held / all).toBeGreaterThanOrEqual(0.95);
  });

  it('a variability that hardly beats a constant guess is not ok, however clean the scan', () => {
    const exact = { value: 40, standardError: 0, reasons: [] };
    const { hrv_rmssd, hrv_pnn50 } = markersOf({
      analysis: { ...sound, rmssd: exact, pnn50: exact },
      person: NO_INPUTS,
    });
    for (const marker of [hrv_rmssd, hrv_pnn50]) {
      expect(marker.status).toBe('low_confidence');
      expect(marker.reasons).toEqual(['wide_interval']);
    }
  });

  it('say as their overall confidence which share of what is read off the pulse is expected to be right', () => {
    const markers = markersOf({ analysis: sound, person: PERSON });
    const read = ['heart_rate', 'hrv_sdnn', 'hrv_rmssd', 'hrv_pnn50', 'pulse_regularity', 'respiratory_rate'] as const;
    const mean = read.reduce((sum, name) => sum + markers[name].confidence, 0) / read.length;
    expect(markers.overall_confidence.value).toBe(Math.round(100 * mean));
  });
});
