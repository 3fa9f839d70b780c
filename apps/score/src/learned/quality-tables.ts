import { table } from '../ablation/table.ts';
import { meanOf } from '../pulse/folders.ts';
import { HELD_OUT_SETS, TOLERANCE_PER_MINUTE, type Example } from './examples.ts';
import {
  areaOf,
  brierOf,
  calibrationErrorOf,
  emissionOf,
  longestAt,
  reliabilityOf,
  strongest,
  upperShare,
  type Forecast,
  type Outcome,
} from './judgement.ts';

/** An example, and what the head makes of it. */
export interface Judged extends Example, Outcome {
  readonly probability: number;
}

export const judgedBy = (example: Example, probability: number): Judged => ({
  ...example,
  probability,
  right: example.error !== null && example.error <= TOLERANCE_PER_MINUTE,
});

const share = (part: number, whole: number): string => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`);

const figure = (value: number, digits = 2): string => (Number.isNaN(value) ? '' : value.toFixed(digits));

const emissionRow = (set: string, rule: string, emitted: readonly Judged[], all: readonly Judged[]): string[] => {
  const { emitted: count, wrong, meanError } = emissionOf(emitted);
  const most = count === 0 ? '' : `${(100 * upperShare(wrong, count)).toFixed(1)} %`;
  return [set, rule, share(count, all.length), share(wrong, count), most, figure(meanError)];
};

const byHead = ({ probability }: Judged): number => probability;
const aliveByHead = (all: readonly Judged[]): Judged[] =>
  strongest(
    all.filter(({ alive }) => alive),
    byHead,
  );

/** Everybody has the mean of the set's own truth: no skill at all. */
const byConstant = (all: readonly Judged[]): Judged[] => {
  const constant = meanOf(all.flatMap(({ truth }) => (truth === null ? [] : [truth])));
  return all.map((one) => {
    const error = one.truth === null ? null : Math.abs(one.truth - constant);
    return { ...one, error, right: error !== null && error <= TOLERANCE_PER_MINUTE };
  });
};

/** As the table of markers has it: a value of less confidence is not `ok`. */
const OK_FROM = 0.6;

/** What comes out if the head may only refuse, and if today's confidence refuses as many. */
const refusals = (set: string, all: readonly Judged[]): string[][] => {
  const gated = all.filter(({ emitted }) => emitted);
  const kept = gated.filter(({ probability }) => probability >= OK_FROM);
  const rival = strongest(gated, ({ classical }) => classical).slice(0, kept.length);
  return [
    emissionRow(set, `the gates, and the head refuses below ${OK_FROM}`, kept, all),
    emissionRow(set, "the gates, and today's confidence refuses as many", rival, all),
  ];
};

/** What each rule lets out when it lets out as much as the gates do, and how much the head would at no more risk. */
const rulesOf = (set: string, all: readonly Judged[]): string[][] => {
  const gated = all.filter(({ emitted }) => emitted);
  const count = gated.length;
  const risk = count === 0 ? 0 : emissionOf(gated).wrong / count;
  return [
    emissionRow(set, 'a constant rate', byConstant(all), all),
    emissionRow(set, 'everything, ungated', all, all),
    emissionRow(set, 'the gates', gated, all),
    ...refusals(set, all),
    emissionRow(set, 'the head alone, as many', strongest(all, byHead).slice(0, count), all),
    emissionRow(set, 'gates of liveness and the head, as many', aliveByHead(all).slice(0, count), all),
    emissionRow(set, 'gates of liveness and the head, as wrong', longestAt(aliveByHead(all), risk), all),
  ];
};

const COVERAGES = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1] as const;

const riskTable = (all: readonly Judged[]): string[] => {
  const orders: readonly (readonly Judged[])[] = [
    strongest(all, ({ features }) => features[0]!),
    strongest(
      all.filter(({ emitted }) => emitted),
      ({ classical }) => classical,
    ),
    strongest(
      all.filter(({ emitted }) => emitted),
      byHead,
    ),
    aliveByHead(all),
    strongest(all, byHead),
  ];
  const rows = COVERAGES.map((coverage) => {
    const count = Math.round(coverage * all.length);
    return [
      `${Math.round(100 * coverage)} %`,
      ...orders.map((ordered) =>
        count > ordered.length ? '' : share(emissionOf(ordered.slice(0, count)).wrong, count),
      ),
    ];
  });
  return table(
    [
      'emitted',
      'by signal to noise',
      "gates, by today's confidence",
      'gates, by the head',
      'gates of liveness, by the head',
      'by the head',
    ],
    rows,
  );
};

const rightShareOf = (some: readonly Judged[]): number => meanOf(some.map(({ right }) => (right ? 1 : 0)));

const calibrationRows = (set: string, all: readonly Judged[]): string[][] => {
  const gated = all.filter(({ emitted }) => emitted);
  const of = (rule: string, some: readonly Judged[], probabilityOf: (one: Judged) => number): string[] => {
    const forecasts = some.map((one): Forecast => ({ probability: probabilityOf(one), right: one.right }));
    return [
      set,
      rule,
      `${some.length}`,
      figure(meanOf(forecasts.map(({ probability }) => probability)), 3),
      figure(rightShareOf(some), 3),
      figure(calibrationErrorOf(forecasts), 3),
      figure(brierOf(forecasts), 4),
      figure(areaOf(forecasts), 3),
    ];
  };
  const rightShare = rightShareOf(all);
  const ofGated =
    gated.length === 0
      ? []
      : [
          of("gated, today's confidence", gated, ({ classical }) => classical),
          of('gated, the head', gated, byHead),
          of('gated, always 1', gated, () => 1),
        ];
  return [...ofGated, of('all, the head', all, byHead), of("all, the set's own share", all, () => rightShare)];
};

const BAR = 20;

const diagram = (all: readonly Judged[]): string[] => [
  '```text',
  'probability   said   true   faces',
  ...reliabilityOf(all).map(({ from, count, meanProbability, rightShare }) => {
    const bar = '#'.repeat(Math.round(BAR * rightShare)).padEnd(BAR, '.');
    const range = `${from.toFixed(1)}-${(from + 0.1).toFixed(1)}`;
    return `${range.padEnd(13)} ${meanProbability.toFixed(2)}   ${rightShare.toFixed(2)}   ${`${count}`.padStart(5)}  ${bar}`;
  }),
  '```',
  '',
];

/** Released from here on, where the head alone is looked at by skin. */
const THRESHOLD = 0.9;

const SKINS = [
  ['light', 0, 1 / 3],
  ['middle', 1 / 3, 2 / 3],
  ['dark', 2 / 3, 1.01],
] as const;

const skinTable = (all: readonly Judged[]): string[] =>
  table(
    [
      'skin',
      'faces',
      'rate is right',
      'gates let out',
      'wrong',
      `head ${THRESHOLD} and more`,
      'wrong',
      'calibration error',
    ],
    SKINS.map(([name, from, to]) => {
      const own = all.filter(({ melanin }) => melanin >= from && melanin < to);
      const gated = own.filter(({ emitted }) => emitted);
      const sure = own.filter(({ probability }) => probability >= THRESHOLD);
      return [
        name,
        own.length,
        share(own.filter(({ right }) => right).length, own.length),
        share(gated.length, own.length),
        share(emissionOf(gated).wrong, gated.length),
        share(sure.length, own.length),
        share(emissionOf(sure).wrong, sure.length),
        figure(calibrationErrorOf(own), 3),
      ];
    }),
  );

/** The held-out tables of the card. */
export const qualityTables = (all: readonly Judged[]): string[] => {
  const sets = [
    ...HELD_OUT_SETS.map((set) => [set, all.filter((one) => one.set === set)] as const),
    ['all sets', all] as const,
  ];
  const known = all.filter(({ set }) => set === 'faces');
  return [
    '### What comes out',
    '',
    ...table(
      ['set', 'rule', 'emitted', 'wrong among emitted', 'at most (95 %)', 'mean error, per minute'],
      sets.flatMap(([set, own]) => rulesOf(`${set}, ${own.length}`, own)),
    ),
    '### Risk at a share emitted: wrong among emitted, all sets',
    '',
    ...riskTable(all),
    '### Calibration',
    '',
    ...table(
      ['set', 'probability', 'faces', 'said', 'true', 'calibration error', 'Brier score', 'area under ROC'],
      sets.flatMap(([set, own]) => calibrationRows(set, own)),
    ),
    `Reliability of the head on ${known.length} synthesized faces:`,
    '',
    ...diagram(known),
    'The same on faces with recorded pulses:',
    '',
    ...diagram(all.filter(({ set }) => set === 'recorded pulses')),
    '### By skin',
    '',
    ...skinTable(known),
  ];
};
