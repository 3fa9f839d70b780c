import type { Candidate } from './candidates.ts';
import type { DeviceField, KindOfDevice } from './device.ts';
import { affinity, type SeenWords } from './labels.ts';
import { gapsBetween, type Box } from '../picture/geometry.ts';
import { mayShow, numeralFor } from './units.ts';

/** Which line of a display is which field. */
export interface Assignment {
  readonly roles: ReadonlyMap<string, Candidate>;
  /** How well it explains the display: comparable between kinds. */
  readonly score: number;
  /** Fields whose label stands beside them. */
  readonly labelled: ReadonlySet<string>;
  /** Fields that another assignment, nearly as good, gives another line. */
  readonly contested: ReadonlySet<string>;
}

/** What speaks for and against an assignment. Ours: a label outweighs any place, and a value that can't be nearly as much. */
const LABEL = 3;
const PLACED = 1;
const MISSING = -3;
const UNFIT = -2.5;
const OUT_OF_ORDER = -2;
const SMALLER = -1;
const UNEXPLAINED = -1.5;
/** Another assignment within this of the best one is as good. */
const CLOSE = 0.75;
/** A label with less than this is nobody's. */
const LEAST_AFFINITY = 0.1;
/** A field that stands before another is not smaller than this part of it. */
const NOT_SMALLER = 0.7;
/** A line is a value if its digits are this part of the tallest ones; then it should have a role. */
const AS_TALL = 0.8;
/** So many lines are tried at the most, the tallest; and so many for a field that only its label tells, the nearest. */
const MOST_LINES = 8;
const MOST_LABELLED = 2;

interface Place {
  /** Of all digits that were seen, also of those that could not be read: smaller ones are then no values either. */
  readonly tallest: number;
  readonly device: KindOfDevice;
  readonly candidates: readonly Candidate[];
  /** By field and candidate: how much its label and its unit say that it is. */
  readonly near: ReadonlyMap<string, readonly number[]>;
}

/** What a label is worth, and a unit that only one field of the kind has: both together tell most. */
const LABEL_WEIGHT = 1;
const UNIT_WEIGHT = 0.6;

/** Fields that alone have a unit. */
const ownerOf = (device: KindOfDevice, ucum: string): string | undefined => {
  const owners = Object.entries(device.fields).filter(([, { units }]) => ucum in units);
  return owners.length === 1 ? owners[0]![0] : undefined;
};

type Telling = readonly (readonly [field: string, box: Box])[];

/** By field and candidate, 0-1. Words belong to the number that they are nearest to, and to no other. */
const nearest = (telling: Telling, candidates: readonly Candidate[]): ReadonlyMap<string, readonly number[]> => {
  const near = new Map<string, number[]>();
  for (const [field, box] of telling) {
    const each = candidates.map((candidate) => affinity(box, candidate.box));
    const best = each.reduce((at, value, i) => (value > each[at]! ? i : at), 0);
    if ((each[best] ?? 0) < LEAST_AFFINITY) continue;
    const row = near.get(field) ?? candidates.map(() => 0);
    row[best] = Math.max(row[best]!, each[best]!);
    near.set(field, row);
  }
  return near;
};

const nearness = (device: KindOfDevice, candidates: readonly Candidate[], words: SeenWords): Place['near'] => {
  const labels = nearest(
    words.labels.map(({ field, box }) => [field, box] as const),
    candidates,
  );
  const units = nearest(
    words.units.flatMap(({ ucum, box }) => {
      const field = ownerOf(device, ucum);
      return field === undefined ? [] : [[field, box] as const];
    }),
    candidates,
  );
  const worth = (field: string, i: number): number =>
    (candidates[i]!.role === field ? LABEL_WEIGHT + UNIT_WEIGHT : 0) +
    LABEL_WEIGHT * (labels.get(field)?.[i] ?? 0) +
    UNIT_WEIGHT * (units.get(field)?.[i] ?? 0);
  return new Map(Object.keys(device.fields).map((field) => [field, candidates.map((_, i) => worth(field, i))]));
};

const isBefore = (a: Candidate, b: Candidate): boolean => {
  const down = (b.box.top + b.box.bottom - a.box.top - a.box.bottom) / 2;
  return Math.abs(down) > 0.5 * Math.min(a.height, b.height) ? down > 0 : a.box.left < b.box.left;
};

type Roles = readonly (readonly [field: string, at: number | undefined])[];

const valueOf = (candidate: Candidate, field: DeviceField): number => {
  const numeral = numeralFor(candidate, field);
  return numeral.kind === 'number' ? numeral.value : NaN;
};

/** Neighbours in the order of the kind that stand the other way round, and first ones that are smaller. */
const disorder = ({ device, candidates }: Place, at: (field: string) => number | undefined): number => {
  const placed = device.layout.order.flatMap((field) => {
    const line = at(field);
    return line === undefined ? [] : [candidates[line]!];
  });
  return placed.slice(1).reduce((sum, later, i) => {
    const before = placed[i]!;
    const smaller = before.height < NOT_SMALLER * later.height ? SMALLER : 0;
    return sum + (isBefore(before, later) ? 0 : OUT_OF_ORDER) + smaller;
  }, 0);
};

const contradicts = ({ device, candidates }: Place, at: (field: string) => number | undefined): boolean =>
  device.layout.greater.some(([large, small]) => {
    const [a, b] = [at(large), at(small)];
    if (a === undefined || b === undefined) return false;
    return valueOf(candidates[a]!, device.fields[large]!) <= valueOf(candidates[b]!, device.fields[small]!);
  });

const scoreOf = (place: Place, roles: Roles): number => {
  const { device, candidates, near, tallest } = place;
  const at = (field: string): number | undefined => roles.find(([name]) => name === field)?.[1];
  if (contradicts(place, at)) return -Infinity;
  const fields = roles.reduce((sum, [field, line]) => {
    if (line === undefined) return sum + (device.layout.needed.includes(field) ? MISSING : 0);
    const own = near.get(field)![line]!;
    const others = Math.max(0, ...[...near].flatMap(([name, row]) => (name === field ? [] : [row[line]!])));
    const fit = mayShow(candidates[line]!, device.fields[field]!) ? PLACED : UNFIT;
    return sum + fit + LABEL * (own - others);
  }, 0);
  const used = new Set(roles.map(([, line]) => line));
  const left = candidates.filter(({ height }, i) => !used.has(i) && height >= AS_TALL * tallest).length;
  return fields + disorder(place, at) + UNEXPLAINED * left;
};

/** Lines that a field may be: where its label is, or where its place tells it and the line is no smaller than values are. */
const linesFor = ({ device, candidates, near, tallest }: Place, field: string): readonly number[] => {
  const { order, leastHeight } = device.layout;
  const row = near.get(field)!;
  const all = candidates.flatMap(({ role }, line) => (role === undefined || role === field ? [line] : []));
  if (order.includes(field)) {
    return all.filter((line) => row[line]! > 0 || candidates[line]!.height >= leastHeight * tallest);
  }
  return all
    .filter((line) => row[line]! > 0)
    .sort((a, b) => row[b]! - row[a]!)
    .slice(0, MOST_LABELLED);
};

const allRoles = (place: Place): Roles[] =>
  Object.keys(place.device.fields).reduce<Roles[]>(
    (all, field) => {
      const lines = linesFor(place, field);
      return all.flatMap((roles) => {
        const used = new Set(roles.map(([, line]) => line));
        return [undefined, ...lines.filter((line) => !used.has(line))].map((line): Roles => [...roles, [field, line]]);
      });
    },
    [[]],
  );

/** Fields that have another line in a rival; one beside its label only where the rival reads a label of that line as well. */
const differing = (best: Roles, rival: Roles, isLabelled: (role: Roles[number]) => boolean): string[] =>
  best.flatMap((role, i) => {
    const [field, line] = role;
    if (line === undefined || rival[i]![1] === line) return [];
    const other = rival.find(([, at]) => at === line) ?? rival[i]!;
    return isLabelled(role) && !isLabelled(other) ? [] : [field];
  });

/**
 * A number without a label whose neighbour in the order is absent may be that neighbour: of three pressures and rates, two
 * are seen. Its place then tells nothing.
 */
const unplaced = ({ device, candidates }: Place, roles: Roles, labelled: ReadonlySet<string>): string[] => {
  const absent = roles.filter(([field, line]) => line === undefined && device.layout.order.includes(field));
  return roles.flatMap(([field, line]) => {
    if (line === undefined || labelled.has(field)) return [];
    return absent.some(([other]) => mayShow(candidates[line]!, device.fields[other]!)) ? [field] : [];
  });
};

/** In a column, numbers are no further aside of each other than this part of their height: they may be set left or right. */
const ASIDE = 0.5;

/** Whether numbers stand below each other, or side by side: then their order tells which is which. */
const isInLine = (placed: readonly Candidate[]): boolean => {
  const gaps = placed.slice(1).map((later, i) => {
    const before = placed[i]!;
    const { across, down } = gapsBetween(before.box, later.box);
    const onwards = later.box.left > before.box.left;
    return { across: across / Math.max(before.height, later.height), down, onwards };
  });
  const isColumn = gaps.every(({ across }) => across < ASIDE);
  // A number beside two that stand below each other shares a row with both.
  const isRow = gaps.every(({ down, onwards }) => down === 0 && onwards);
  return isColumn || isRow;
};

interface Placed {
  readonly field: string;
  readonly line: Candidate;
}

const inOrder = ({ device, candidates }: Place, roles: Roles): Placed[] =>
  device.layout.order.flatMap((field) => {
    const line = roles.find(([name]) => name === field)?.[1];
    return line === undefined ? [] : [{ field, line: candidates[line]! }];
  });

/** On devices that are all laid out alike, what comes first isn't lower: digits this much taller are not of a later field. Ours. */
const CLEARLY_TALLER = 1.25;

/** Numbers without labels of which each could be the other, or that stand beside one that is no value at all. */
const exchangeable = (place: Place, placed: readonly Placed[], labelled: ReadonlySet<string>): Placed[] => {
  const { device, candidates } = place;
  const can = ({ line }: Placed, field: string): boolean => mayShow(line, device.fields[field]!);
  const free = placed.filter(({ field }) => !labelled.has(field));
  const isWhole = placed.every((one) => can(one, one.field));
  const isOutOfOrder = (one: Placed, other: Placed): boolean => {
    const [first, later] = placed.indexOf(one) < placed.indexOf(other) ? [one, other] : [other, one];
    return device.layout.orderIs === 'always' && first.line.height > CLEARLY_TALLER * later.line.height;
  };
  const contradictsExchanged = (one: Placed, other: Placed): boolean =>
    contradicts(place, (field) => {
      const from =
        field === one.field ? other : field === other.field ? one : placed.find((own) => own.field === field);
      return from === undefined ? undefined : candidates.indexOf(from.line);
    });
  const areAlike = (one: Placed, other: Placed): boolean =>
    can(one, other.field) && can(other, one.field) && !isOutOfOrder(one, other) && !contradictsExchanged(one, other);
  return free.filter((one) => free.some((other) => other !== one && (!isWhole || areAlike(one, other))));
};

/** Neighbours in the order without a label between them. */
const runsOf = (placed: readonly Placed[], labelled: ReadonlySet<string>): Placed[][] =>
  placed.reduce<Placed[][]>(
    (runs, one) => (labelled.has(one.field) ? [...runs, []] : [...runs.slice(0, -1), [...runs.at(-1)!, one]]),
    [[]],
  );

/**
 * Numbers whose places don't tell which is which: those that could be exchanged, where they stand neither in a column nor in a
 * row; and all of them, where labels of some say one thing and an order that all devices keep to says another. Where each has
 * its own label, the labels tell.
 */
const scattered = (place: Place, roles: Roles, labelled: ReadonlySet<string>): string[] => {
  const placed = inOrder(place, roles);
  if (placed.every(({ field }) => labelled.has(field))) return [];
  const isOrdered = placed.slice(1).every((later, i) => isBefore(placed[i]!.line, later.line));
  if (!isOrdered && place.device.layout.orderIs === 'always') return placed.map(({ field }) => field);
  const areValues = placed.every(({ field, line }) => mayShow(line, place.device.fields[field]!));
  if (!areValues) return exchangeable(place, placed, labelled).map(({ field }) => field);
  return runsOf(placed, labelled)
    .filter((run) => !isInLine(run.map(({ line }) => line)))
    .flatMap((run) => exchangeable(place, run, labelled).map(({ field }) => field));
};

/** The digits of the first value are this much taller than all others, where its place alone tells that it is. Ours. */
const TALLER = 1.15;

/** A number without a label that isn't clearly the tallest may be any other field that has no label either. */
const outranked = ({ device, candidates }: Place, roles: Roles, labelled: ReadonlySet<string>): string[] => {
  const { order, orderIs } = device.layout;
  const open = Object.keys(device.fields).filter((field) => !order.includes(field) && !labelled.has(field));
  return roles.flatMap(([field, line]) => {
    if (line === undefined || labelled.has(field) || orderIs === 'always') return [];
    const { height } = candidates[line]!;
    const rivals = candidates.some((other, i) => i !== line && TALLER * other.height > height);
    return rivals && open.some((other) => mayShow(candidates[line]!, device.fields[other]!)) ? [field] : [];
  });
};

/** Where one of several numbers that could be exchanged is in doubt, all of them are. */
const spread = (
  place: Place,
  roles: Roles,
  labelled: ReadonlySet<string>,
  contested: readonly string[],
): ReadonlySet<string> => {
  const others = exchangeable(place, inOrder(place, roles), labelled).map(({ field }) => field);
  return new Set(others.some((field) => contested.includes(field)) ? [...contested, ...others] : contested);
};

/** The best way to give the lines of a display to the fields of a kind. */
export const assign = (device: KindOfDevice, all: readonly Candidate[], words: SeenWords): Assignment => {
  const candidates = all
    .filter(({ numeral, agreed }) => (numeral.kind === 'number' || numeral.kind === 'pair') && !agreed.isDoubtful)
    .sort((a, b) => b.height - a.height)
    .slice(0, MOST_LINES);
  const digits = all.filter(({ agreed, line }) => !agreed.isDoubtful && line.glyphs.length > 1);
  const tallest = Math.max(...[...candidates, ...digits].map(({ height }) => height));
  const place: Place = { device, candidates, near: nearness(device, candidates, words), tallest };
  const scored = allRoles(place)
    .map((roles) => ({ roles, score: scoreOf(place, roles) }))
    .sort((a, b) => b.score - a.score);
  const best = scored[0]!;
  const isLabelled = ([field, line]: Roles[number]): boolean => line !== undefined && place.near.get(field)![line]! > 0;
  const labelled = new Set(best.roles.filter(isLabelled).map(([field]) => field));
  const rivals = scored.slice(1).filter(({ score }) => best.score - score < CLOSE);
  return {
    score: best.score,
    roles: new Map(best.roles.flatMap(([field, line]) => (line === undefined ? [] : [[field, candidates[line]!]]))),
    labelled,
    contested: spread(place, best.roles, labelled, [
      ...rivals.flatMap(({ roles }) => differing(best.roles, roles, isLabelled)),
      ...unplaced(place, best.roles, labelled),
      ...scattered(place, best.roles, labelled),
      ...outranked(place, best.roles, labelled),
    ]),
  };
};
