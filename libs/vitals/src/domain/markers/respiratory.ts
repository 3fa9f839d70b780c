import type { MarkerName } from '@smartscan/kernel';
import { BREATHING_SECONDS, RATE_CLEAN_SHARE } from '@smartscan/signal';
import { deviationOf, type MarkerDefinition } from './definition.ts';

export const RESPIRATORY = {
  respiratory_rate: {
    kind: 'measured',
    title: 'Respiratory rate',
    formula:
      'Strongest frequency of how breathing modulates the height of the beats and their intervals and, where they are in sight, lifts the shoulders; two of these must agree within 2 a minute, a modulation among them.',
    unit: '/min',
    loinc: '9279-1',
    plausible: [7, 30],
    minimumSeconds: BREATHING_SECONDS,
    minimumCleanShare: RATE_CLEAN_SHARE,
    tolerance: 3,
    residual: deviationOf(1.15),
    residualFrom:
      'Mean error on 274 windows of fingertips against a capnograph: 1.15 a minute. Of 19 made videos with shoulders in sight 18 get a rate, 12 without them (libs/signal/README.md).',
    decimals: 1,
    method: 'pulse_modulation_and_shoulders',
    source: 'Karlen et al., IEEE TBME 2013;60:1946; shoulders: Liu et al., J Biomed Opt 2017;22:057002',
    measure: ({ respiratoryRate }) => respiratoryRate,
  },
  breathing_regularity: {
    kind: 'unsupported',
    title: 'Regularity of breathing',
    formula: 'None.',
    source: 'None.',
    unit: '%',
    loinc: null,
    reason: 'no_validated_method',
    why: 'How narrowly breathing fills its spectrum is the measure at hand; over 278 windows of fingertips it did not follow how much a capnograph’s rate moved (correlation -0.11).',
  },
  breath_hold: {
    kind: 'unsupported',
    title: 'Breath-hold capability',
    formula: 'Time from the last breath to the next.',
    source: 'None.',
    unit: 's',
    loinc: null,
    reason: 'needs_maneuver',
    why: 'The person must hold their breath for as long as they can; a scan at rest does not show it.',
  },
  inspiration_expiration_ratio: {
    kind: 'unsupported',
    title: 'Ratio of inspiration to expiration (I:E)',
    formula: 'Time of breathing in over time of breathing out.',
    source: 'None.',
    unit: '{ratio}',
    loinc: null,
    reason: 'no_validated_method',
    why: 'A pulse samples a breath four or five times, too coarsely for its two parts, and no recording at hand has their truth.',
  },
  breathing_depth: {
    kind: 'unsupported',
    title: 'Index of breathing depth',
    formula: 'None.',
    source: 'None.',
    unit: '1',
    loinc: null,
    reason: 'no_validated_method',
    why: 'How deep breathing modulates the pulse hangs on vessels, age and posture as much as on the breath, and no recording at hand has a volume to test it on.',
  },
} as const satisfies Partial<Record<MarkerName<'respiratory'>, MarkerDefinition>>;
