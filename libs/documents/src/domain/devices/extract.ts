import { DEVICE_TYPES, type DeviceType } from '@smartscan/kernel';
import type { ConvertUnits } from '../analytes/lookup.ts';
import { folded } from '../layout/labels.ts';
import { rounded, type FieldReason, type MeasuredField } from '../extract/fields.ts';
import { boxAround, boxOf, gapsBetween, heightOf, type Box, type Quad } from '../picture/geometry.ts';
import { NOT_MEASURED, qualityOf, type Quality, type Surface } from '../picture/quality.ts';
import { medianOf } from '../statistics.ts';
import { readUnit } from '../values/units.ts';
import { assign, type Assignment } from './assign.ts';
import { candidatesOf, groupsOf, isTelling, type Candidate } from './candidates.ts';
import type { DeviceField, KindOfDevice } from './device.ts';
import { deviceField, refusedField, type FieldPlace } from './fields.ts';
import { DEVICES, type DeviceFieldName } from './kinds/device-kinds.ts';
import { wordsFor, type SeenWords } from './labels.ts';
import { digitsOf, levelled, type DisplayScene, type LevelScene, type PrintedText } from './scene.ts';
import { screenOf, type Screen } from './screens.ts';
import { mayShow } from './units.ts';

/** What a device shows. */
export interface DeviceOf<D extends DeviceType> {
  readonly kind: D;
  readonly kindConfidence: number;
  readonly screen: Screen;
  /** Those that were seen. */
  readonly fields: Readonly<Partial<Record<DeviceFieldName<D>, MeasuredField>>>;
  readonly lists: Readonly<Record<string, never>>;
  readonly quality: Quality;
}

export type ReadDevice = { readonly [D in DeviceType]: DeviceOf<D> }[DeviceType];

export interface DeviceHints {
  /** What the caller says that it is. */
  readonly kind?: DeviceType | undefined;
}

export interface DeviceExtraction {
  readonly scene: DisplayScene;
  readonly hints: DeviceHints;
  readonly convert: ConvertUnits;
  readonly page: number;
  readonly toPage: (quad: Quad) => Quad;
  /** Blur and glare of a part of the upright picture, with digits of a height. */
  readonly surface: (region: Box, heightPx: number) => Surface;
}

type LevelExtraction = DeviceExtraction & LevelScene;

/** How much the way in which a kind explains a display counts beside what the network says of the whole picture. Ours. */
const EXPLAINING = 0.5;
/**
 * What a printed label or unit says for its kind that no other kind shows: mg/dL stands on glucose meters alone. In log odds:
 * e³ is 20. Ours.
 */
const TELLING_PRINT = 3;
/** What `Lo` or `Hi` is worth to a kind that shows them, in the points of an assignment. */
const BEYOND = 3;
/** The network is never surer than this that it is not a kind. */
const LEAST_PROBABILITY = 1e-4;
/**
 * A kind that is less sure than this is not taken: where a label or a unit of it is printed, and where the looks of the device
 * alone tell. Ours: 6.7 is glucose, or HbA1c.
 */
const SURE_OF_KIND = 0.4;
const SURE_BY_LOOKS = 0.75;
/** Of prints that tell: one that two kinds have, or several of more. */
const TELLING = 0.5;
/** Surer than this, and nobody need look. Ours: of 68 rendered scenes 66 were right, of 40 that are less sure 34. */
const SURELY_BY_LOOKS = 0.97;
/** Words within this many heights of the digits are of their device. Ours. */
const NEARBY = 4;

/** One display, as one kind of device. */
interface Explained {
  readonly kind: DeviceType;
  readonly confidence: number;
  readonly group: readonly Candidate[];
  readonly words: SeenWords;
  /** How much what is printed tells the kind from others. */
  readonly told: number;
  readonly assignment: Assignment;
  readonly screen: Screen;
}

const printedNear = (group: readonly Candidate[], printed: readonly PrintedText[]): PrintedText[] => {
  const display = boxAround(group.map(({ box }) => box));
  const reach = NEARBY * Math.max(...group.map(({ height }) => height));
  return printed.filter(({ quad }) => {
    const { across, down } = gapsBetween(boxOf(quad), display);
    return across <= reach && down <= reach;
  });
};

const tallestOf = (group: readonly Candidate[]): Candidate | undefined =>
  group.filter(isTelling).sort((a, b) => b.height - a.height)[0];

const isBeyond = (group: readonly Candidate[]): boolean => {
  const kind = tallestOf(group)?.numeral.kind;
  return kind === 'low' || kind === 'high';
};

/** How many kinds of device print each of what `prints` gives of a field. */
const kindsThatPrint = (prints: (field: DeviceField) => readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const kind of DEVICE_TYPES) {
    const own = new Set(Object.values<DeviceField>(DEVICES[kind].fields).flatMap(prints));
    for (const print of own) counts.set(print, (counts.get(print) ?? 0) + 1);
  }
  return counts;
};

const KINDS_BY_UNIT = kindsThatPrint(({ units }) => Object.keys(units));
const KINDS_BY_LABEL = kindsThatPrint(({ labels }) => labels.map(folded));

/** Shorter labels are read into much that is none: HI, LO, PR. Ours. */
const TELLING_LETTERS = 3;

/** A unit that stands as a label, such as bpm, tells what units tell. */
const isTellingName = (name: string): boolean => folded(name).length >= TELLING_LETTERS && readUnit(name) === undefined;

/** How much the labels and units of a kind that are seen tell it from others: each the less, the more kinds show it. */
const distinction = ({ labels, units }: SeenWords): number => {
  const names = new Set(labels.flatMap(({ name }) => (isTellingName(name) ? [folded(name)] : [])));
  const ucums = new Set(units.map(({ ucum }) => ucum));
  const shared = [
    ...[...ucums].map((ucum) => KINDS_BY_UNIT.get(ucum)!),
    ...[...names].map((name) => KINDS_BY_LABEL.get(name)!),
  ];
  return shared.reduce((sum, kinds) => sum + 1 / kinds, 0);
};

const logOdds = (probability: number): number => Math.log(Math.max(LEAST_PROBABILITY, probability));

/** The kind that explains a group of lines best; undefined where none does better than no device at all. */
const explained = (group: readonly Candidate[], { scene, hints }: DeviceExtraction): Explained | undefined => {
  const near = printedNear(group, scene.printed);
  const screen = screenOf(group, near);
  const each = (hints.kind === undefined ? DEVICE_TYPES : [hints.kind]).map((kind) => {
    const device: KindOfDevice = DEVICES[kind];
    const words = wordsFor(device, near);
    const assignment = assign(device, group, words);
    const told = distinction(words);
    const beyond = isBeyond(group) && device.beyond !== null ? BEYOND : 0;
    const total = logOdds(scene.kinds[kind]) + EXPLAINING * (assignment.score + beyond) + TELLING_PRINT * told;
    return { kind, words, told, assignment, total };
  });
  const none = hints.kind === undefined ? logOdds(scene.kinds.none) : -Infinity;
  const best = each.reduce((a, b) => (b.total > a.total ? b : a));
  if (best.total <= none) return undefined;
  const sum = [...each.map(({ total }) => total), none].reduce((all, total) => all + Math.exp(total - best.total), 0);
  return { ...best, confidence: 1 / sum, group, screen };
};

const needed = ({ layout }: KindOfDevice): readonly string[] =>
  layout.needed.length > 0 ? layout.needed : layout.order;

/**
 * Digits nearer to the picture's edge than this part of their height are cut; those that are nearer to its sides may have
 * others beyond it. Ours.
 */
const AT_EDGE = 0.1;
const AT_SIDE = 0.45;

const isAtEdge = ({ line, height }: Candidate, { scene, toUpright }: LevelExtraction): boolean => {
  const { left, top, right, bottom } = boxOf(toUpright(line.quad));
  const isCut = Math.min(top, scene.height - bottom) < AT_EDGE * height;
  return isCut || Math.min(left, scene.width - right) < AT_SIDE * height;
};

/** Digits in the same row nearer than this, in their heights, and about as tall, may be the rest of a number. Ours. */
const NEXT_TO = 1.3;
const ABOUT_AS_TALL = 0.55;

/** No digit is so much taller than those that follow it: what is taken for a 1 is a bar beside them. Ours. */
const BAR = 1.35;

const isBar = ({ agreed, height }: Candidate, beside: Candidate): boolean =>
  agreed.text === '1' && height > BAR * beside.height;

/** A single digit that has a box of its own may still be the end of a number whose middle nobody saw. */
const WHOLE_DIGITS = 2;

/** Two numbers that the finder of print keeps apart as the detector does: two columns, and not one number. */
const areApart = (one: Candidate, other: Candidate): boolean =>
  [one, other].every(({ line }) => line.isBoxed === true && digitsOf(line.text).length >= WHOLE_DIGITS);

/** A number beside digits that have no role: it may be a part of a longer one. */
const isPart = (candidate: Candidate, { group, assignment }: Explained): boolean => {
  const taken = new Set(assignment.roles.values());
  return group.some((other) => {
    if (taken.has(other) || other.agreed.isDoubtful || !/\d/.test(other.agreed.text)) return false;
    if (isBar(other, candidate) || areApart(candidate, other)) return false;
    const { across, down } = gapsBetween(candidate.box, other.box);
    const [small, tall] = [candidate.height, other.height].sort((a, b) => a - b) as [number, number];
    return down === 0 && across < NEXT_TO * tall && small > ABOUT_AS_TALL * tall;
  });
};

/** A number that could be another field of the same order, and has no label, on a kind that isn't always laid out alike. */
const isByPlace = (name: string, candidate: Candidate, { kind, assignment }: Explained): boolean => {
  const { layout, fields }: KindOfDevice = DEVICES[kind];
  if (layout.orderIs === 'always' || assignment.labelled.has(name)) return false;
  return layout.order.some((other) => other !== name && mayShow(candidate, fields[other]!));
};

/** Digits that are digits on their heads as well, the 2 and the 5 of seven segments among them. */
const READS_TURNED = /^[0125689.]+$/;

/** Nothing tells the display from the same one on its head: 68 would be 89. */
const mayBeTurned = ({ group }: Explained, { scene }: LevelExtraction): boolean =>
  scene.mayBeOnItsHead && group.filter(isTelling).every(({ agreed }) => READS_TURNED.test(agreed.text));

const kindReasons = ({ confidence, told, assignment }: Explained, { hints }: LevelExtraction): FieldReason[] => {
  if (hints.kind !== undefined) return [];
  const isTold = assignment.labelled.size > 0 || told >= TELLING;
  if (confidence < (isTold ? SURE_OF_KIND : SURE_BY_LOOKS)) return ['kind_uncertain'];
  return isTold || told > 0 || confidence >= SURELY_BY_LOOKS ? [] : ['kind_by_looks'];
};

const screenReasons = ({ kind }: Screen): FieldReason[] => {
  if (kind === 'stored') return ['stored_reading'];
  return kind === 'average' ? ['average'] : [];
};

const reasonsFor = (
  name: string,
  candidate: Candidate,
  shown: Explained,
  extraction: LevelExtraction,
): FieldReason[] => [
  ...(isAtEdge(candidate, extraction) ? (['at_edge'] as const) : []),
  ...(shown.assignment.contested.has(name) || isPart(candidate, shown) || mayBeTurned(shown, extraction)
    ? (['ambiguous'] as const)
    : []),
  ...(isByPlace(name, candidate, shown) ? (['role_by_place'] as const) : []),
  ...kindReasons(shown, extraction),
  ...screenReasons(shown.screen),
];

/** Fields in whose place an error stands, or that the value lies beyond what is measured. */
const withoutValue = (shown: Explained, place: Omit<FieldPlace, 'reasons'>): Record<string, MeasuredField> => {
  const device: KindOfDevice = DEVICES[shown.kind];
  const tallest = tallestOf(shown.group);
  const kind = tallest?.numeral.kind;
  if (tallest === undefined || kind === 'number' || kind === 'pair') return {};
  if (kind === 'error') {
    const reasons = ['error_screen'] as const;
    return Object.fromEntries(needed(device).map((name) => [name, refusedField(tallest, { ...place, reasons })]));
  }
  if (device.beyond === null) return {};
  const reasons = [kind === 'low' ? 'below_range' : 'above_range'] as const;
  return { [device.beyond]: refusedField(tallest, { ...place, reasons }) };
};

const fieldsOf = (shown: Explained, extraction: LevelExtraction): Record<string, MeasuredField> => {
  const { page, toPage, toUpright, convert } = extraction;
  const { confidence: kindConfidence } = shown;
  const place = { page, toPage: (quad: Quad) => toPage(toUpright(quad)), convert, kindConfidence };
  const device: KindOfDevice = DEVICES[shown.kind];
  const none = withoutValue(shown, place);
  if (Object.keys(none).length > 0) return none;
  return Object.fromEntries(
    [...shown.assignment.roles].map(([name, candidate]) => {
      const reasons = reasonsFor(name, candidate, shown, extraction);
      const field = deviceField(candidate, device.fields[name]!, {
        units: shown.words.units,
        place: { ...place, reasons },
      });
      return [name, field];
    }),
  );
};

const deviceOf = (shown: Explained, extraction: LevelExtraction): ReadDevice => {
  const { surface, toUpright } = extraction;
  const values = shown.group.filter(isTelling);
  const heightPx = medianOf(values.map(({ height }) => height));
  const display = boxAround(shown.group.map(({ line }) => boxOf(toUpright(line.quad))));
  const isCut = values.some((candidate) => isAtEdge(candidate, extraction));
  return {
    kind: shown.kind,
    kindConfidence: rounded(shown.confidence),
    screen: shown.screen,
    fields: fieldsOf(shown, extraction),
    lists: {},
    quality: qualityOf(surface(display, heightPx), heightPx, isCut),
  } as ReadDevice;
};

/** A device of which nothing could be read. */
export const unreadDevice = (kind: DeviceType, confidence: number): ReadDevice =>
  ({
    kind,
    kindConfidence: rounded(confidence),
    screen: { kind: 'current', printed: null },
    fields: {},
    lists: {},
    quality: NOT_MEASURED,
  }) as ReadDevice;

/** So many lines of print make a page, unless the digits are this much taller than its lines. Ours: labels are smaller. */
const PAGE_LINES = 5;
const TALLER_THAN_PRINT = 1.2;

/** Digits among lines of print that are as tall: a table of a page, and no display. */
const isOnPage = (group: readonly Candidate[], { scene }: DeviceExtraction): boolean => {
  const print = medianOf(scene.printed.map(({ quad }) => heightOf(quad)));
  const height = tallestOf(group)?.height ?? 0;
  return scene.printed.length >= PAGE_LINES && height < TALLER_THAN_PRINT * print;
};

/** A second device on a photo has all that it needs, in digits no smaller than this part of the first one's. Ours. */
const AS_LARGE = 0.4;

const isAnother = (other: Explained, first: Explained): boolean => {
  const { roles } = other.assignment;
  const [own, largest] = [tallestOf(other.group)?.height ?? 0, tallestOf(first.group)?.height ?? 0];
  return own >= AS_LARGE * largest && roles.size > 0 && needed(DEVICES[other.kind]).every((name) => roles.has(name));
};

/**
 * The devices on a photo, the one with the largest digits first; none where nothing on it is explained by a kind of device.
 */
export const extractDevices = (given: DeviceExtraction): ReadDevice[] => {
  const extraction = { ...given, ...levelled(given.scene) };
  const groups = groupsOf(candidatesOf(extraction.scene.lines)).filter((group) => group.some(isTelling));
  const [first, ...others] = groups
    .filter((group) => given.hints.kind !== undefined || !isOnPage(group, extraction))
    .flatMap((group) => explained(group, extraction) ?? [])
    .sort((a, b) => (tallestOf(b.group)?.height ?? 0) - (tallestOf(a.group)?.height ?? 0));
  if (first === undefined) return [];
  return [first, ...others.filter((other) => isAnother(other, first))].map((one) => deviceOf(one, extraction));
};
