import { DATA_CATEGORIES, Fault, type DataCategory } from '@smartscan/kernel';
import { SCHEDULE, type Range, type Standing } from './schedule.ts';

/** A workspace's policy: the times that it has set itself, in seconds. */
export type Policy = ReadonlyMap<DataCategory, number>;

/** What holds for one category of one workspace, in seconds. `range`: `null` where it can't be chosen. */
export interface Rule {
  readonly category: DataCategory;
  readonly ttlSeconds: number;
  readonly defaultSeconds: number;
  readonly range: Range | null;
  readonly countedFrom: string | null;
}

export const CATEGORIES = Object.keys(DATA_CATEGORIES) as readonly DataCategory[];

/** The rule in force. A time that a later standing no longer allows is taken to the nearest time that it does. */
export function ruleOf(category: DataCategory, standing: Standing, policy: Policy): Rule {
  const term = SCHEDULE[category](standing);
  switch (term.kept) {
    case 'as_set': {
      const { defaultSeconds, range } = term;
      const ttlSeconds = nearestAllowed(policy.get(category) ?? defaultSeconds, range);
      return { category, ttlSeconds, defaultSeconds, range, countedFrom: null };
    }
    case 'as_fixed': {
      const { defaultSeconds, countedFrom = null } = term;
      return { category, ttlSeconds: defaultSeconds, defaultSeconds, range: null, countedFrom };
    }
    case 'with_parents': {
      const parents = term.parents.map((parent) => ruleOf(parent, standing, policy));
      const ttlSeconds = Math.min(...parents.map((parent) => parent.ttlSeconds));
      const defaultSeconds = Math.min(...parents.map((parent) => parent.defaultSeconds));
      return { category, ttlSeconds, defaultSeconds, range: null, countedFrom: null };
    }
  }
}

/** Throws `retention.fixed_category` or `retention.out_of_range` where a workspace may not choose this time. */
export function refuseUnlessAllowed(category: DataCategory, standing: Standing, ttlSeconds: number): void {
  const term = SCHEDULE[category](standing);
  if (term.kept !== 'as_set') {
    throw new Fault('invalid', 'retention.fixed_category', 'How long this category is kept is fixed.');
  }
  if (isAllowed(ttlSeconds, term.range)) return;
  const { zero, min, max } = term.range;
  throw new Fault('invalid', 'retention.out_of_range', 'This category is not kept for so short or so long a time.', {
    remedy: `Choose ${zero ? '0 or ' : ''}${min} to ${max} seconds.`,
    members: { min_seconds: min, max_seconds: max, zero_allowed: zero },
  });
}

const isAllowed = (ttlSeconds: number, { zero, min, max }: Range): boolean =>
  (zero && ttlSeconds === 0) || (ttlSeconds >= min && ttlSeconds <= max);

const nearestAllowed = (ttlSeconds: number, range: Range): number =>
  isAllowed(ttlSeconds, range) ? ttlSeconds : Math.min(Math.max(ttlSeconds, range.min), range.max);
