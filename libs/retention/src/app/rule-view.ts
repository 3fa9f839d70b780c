import { DATA_CATEGORIES } from '@smartscan/kernel';
import type { OutputOf } from '@smartscan/contracts/operation';
import type { setTtl } from '@smartscan/contracts/retention';
import type { Rule } from '../domain/ttl.ts';

/** A rule as the API shows it. */
export const ruleView = (rule: Rule): OutputOf<typeof setTtl> => ({
  category: rule.category,
  title: DATA_CATEGORIES[rule.category].title + (rule.countedFrom ? `; counted from ${rule.countedFrom}` : ''),
  ttl_seconds: rule.ttlSeconds,
  default_seconds: rule.defaultSeconds,
  range_seconds: rule.range,
});
