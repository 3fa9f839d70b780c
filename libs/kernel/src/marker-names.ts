/**
 * Every marker that a scan answers with, by domain. Named here because contracts and the vitals context both need the
 * names, and neither may know the other; what a marker is stands in the vitals context's table.
 */
export const MARKER_NAMES_BY_DOMAIN = {
  cardiovascular: [
    'heart_rate',
    'mean_interval',
    'hrv_sdnn',
    'hrv_rmssd',
    'hrv_pnn50',
    'hrv_lf_hf',
    'pulse_regularity',
    'blood_pressure_systolic',
    'blood_pressure_diastolic',
    'mean_arterial_pressure',
    'heart_age',
    'cardiovascular_risk',
  ],
  respiratory: [
    'respiratory_rate',
    'breathing_regularity',
    'breath_hold',
    'oxygen_saturation',
    'inspiration_expiration_ratio',
    'breathing_depth',
  ],
  autonomic: [
    'stress_index',
    'sympathetic_index',
    'parasympathetic_index',
    'poincare_sd1',
    'poincare_sd2',
    'autonomic_balance',
    'autonomic_recovery',
    'mental_stress',
    'arousal',
  ],
  composite: [
    'biological_age',
    'fitness',
    'recovery_readiness',
    'sleep_quality',
    'signal_quality',
    'scan_duration',
    'overall_confidence',
  ],
} as const;

export type MarkerDomain = keyof typeof MARKER_NAMES_BY_DOMAIN;
export type MarkerName<D extends MarkerDomain = MarkerDomain> = (typeof MARKER_NAMES_BY_DOMAIN)[D][number];
export const MARKER_DOMAINS = Object.keys(MARKER_NAMES_BY_DOMAIN) as readonly MarkerDomain[];
export const MARKER_NAMES: readonly MarkerName[] = MARKER_DOMAINS.flatMap(
  (domain): readonly MarkerName[] => MARKER_NAMES_BY_DOMAIN[domain],
);
