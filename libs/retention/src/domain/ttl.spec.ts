import fc from 'fast-check';
import { Fault, type DataCategory } from '@smartscan/kernel';
import { SCHEDULE, STRICTEST, type Standing } from './schedule.ts';
import { CATEGORIES, refuseUnlessAllowed, ruleOf } from './ttl.ts';

const HOUR = 3_600;
const DAY = 86_400;
const FREE: Standing = { plan: 'free', baa: false };
const PAID: Standing = { plan: 'paid', baa: false };
const HIPAA: Standing = { plan: 'enterprise', baa: true };
const UNSET = new Map<DataCategory, number>();

const standings = fc.record({
  plan: fc.constantFrom('free' as const, 'paid' as const, 'enterprise' as const),
  baa: fc.boolean(),
});
const categories = fc.constantFrom(...CATEGORIES);
const seconds = fc.oneof(
  fc.integer({ min: 0, max: 2_147_483_647 }),
  fc.constantFrom(0, 1, HOUR - 1, HOUR, 24 * HOUR, 7 * DAY, 397 * DAY, 2_192 * DAY, 2_557 * DAY, 3_653 * DAY),
);
const policies = fc.array(fc.tuple(categories, seconds)).map((entries) => new Map(entries));

const refusalOf = (work: () => void): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Fault ? error.code : 'not a fault';
  }
};

describe('the retention schedule', () => {
  it.each([
    ['vitals', FREE, 24 * HOUR],
    ['vitals', PAID, 30 * DAY],
    ['vitals', HIPAA, 30 * DAY],
    ['extracted_data', FREE, 24 * HOUR],
    ['extracted_data', PAID, 30 * DAY],
    ['subject_metadata', FREE, 24 * HOUR],
    ['subject_metadata', PAID, 30 * DAY],
    ['sdk_telemetry', PAID, 90 * DAY],
    ['idempotency', PAID, 24 * HOUR],
    ['audit_log', FREE, 397 * DAY],
    ['audit_log', HIPAA, 2_557 * DAY],
    ['account_profile', PAID, 30 * DAY],
    ['domain_event', PAID, 7 * DAY],
  ] as const)('P23: %s of %o is kept %d seconds by default', (category, standing, expected) => {
    expect(ruleOf(category, standing, UNSET).ttlSeconds).toBe(expected);
  });

  it.each([
    ['vitals', PAID, { zero: true, min: HOUR, max: 2_557 * DAY }],
    ['extracted_data', FREE, { zero: true, min: HOUR, max: 2_557 * DAY }],
    ['sdk_telemetry', PAID, { zero: false, min: 7 * DAY, max: 365 * DAY }],
    ['idempotency', PAID, { zero: false, min: 24 * HOUR, max: 7 * DAY }],
    ['audit_log', PAID, { zero: false, min: 397 * DAY, max: 3_653 * DAY }],
    ['audit_log', HIPAA, { zero: false, min: 2_192 * DAY, max: 3_653 * DAY }],
    ['account_profile', PAID, null],
    ['subject_metadata', PAID, null],
    ['domain_event', PAID, null],
  ] as const)('P23: %s of %o can be set as published', (category, standing, expected) => {
    expect(ruleOf(category, standing, UNSET).range).toEqual(expected);
  });

  it('P12: has no category for video or frames, so no table can keep them', () => {
    expect(CATEGORIES.filter((category) => /video|frame/.test(category))).toEqual([]);
  });

  it('P13: keeps pictures of documents for nobody who has not asked for it', () => {
    fc.assert(
      fc.property(standings, (standing) => {
        expect(ruleOf('document_images', standing, UNSET)).toMatchObject({ ttlSeconds: 0, defaultSeconds: 0 });
      }),
    );
  });

  it('lets only categories with a time of their own be parents', () => {
    fc.assert(
      fc.property(standings, categories, (standing, category) => {
        const term = SCHEDULE[category](standing);
        const parents = term.kept === 'with_parents' ? term.parents : [];
        expect(parents.filter((parent) => SCHEDULE[parent](standing).kept === 'with_parents')).toEqual([]);
      }),
    );
  });
});

describe('the rule in force', () => {
  it('is what the workspace has set, wherever it may set that', () => {
    fc.assert(
      fc.property(standings, categories, seconds, policies, (standing, category, ttl, policy) => {
        const refused = refusalOf(() => refuseUnlessAllowed(category, standing, ttl));
        const rule = ruleOf(category, standing, new Map([...policy, [category, ttl]]));
        if (refused === undefined) expect(rule.ttlSeconds).toBe(ttl);
        else expect(refused).toBe(rule.range ? 'retention.out_of_range' : 'retention.fixed_category');
      }),
    );
  });

  it('stays inside the range of the standing, whatever was set under an earlier one', () => {
    fc.assert(
      fc.property(standings, categories, policies, (standing, category, policy) => {
        const { ttlSeconds, defaultSeconds, range } = ruleOf(category, standing, policy);
        if (range === null) expect(ttlSeconds).toBeGreaterThan(-1);
        else if (ttlSeconds === 0) expect(range.zero).toBe(true);
        else expect(ttlSeconds >= range.min && ttlSeconds <= range.max).toBe(true);
        expect(defaultSeconds > 0).toBe(category !== 'document_images');
      }),
    );
  });

  it('P39: zero is kept as zero for measurements and what was extracted, with and without an agreement', () => {
    fc.assert(
      fc.property(standings, fc.constantFrom('vitals' as const, 'extracted_data' as const), (standing, category) => {
        refuseUnlessAllowed(category, standing, 0);
        const policy = new Map([[category, 0]]);
        expect(ruleOf(category, standing, policy).ttlSeconds).toBe(0);
        expect(ruleOf('subject_metadata', standing, policy).ttlSeconds).toBe(0);
      }),
    );
  });

  it('P13: ids of patients and visits are never kept longer than the data they came with', () => {
    fc.assert(
      fc.property(standings, policies, (standing, policy) => {
        const metadata = ruleOf('subject_metadata', standing, policy).ttlSeconds;
        expect(metadata).toBeLessThanOrEqual(ruleOf('vitals', standing, policy).ttlSeconds);
        expect(metadata).toBeLessThanOrEqual(ruleOf('extracted_data', standing, policy).ttlSeconds);
      }),
    );
  });

  it('P23: nothing is kept longer before a workspace is heard of than after', () => {
    fc.assert(
      fc.property(standings, categories, policies, (standing, category, policy) => {
        const before = ruleOf(category, STRICTEST, policy).ttlSeconds;
        expect(before).toBeLessThanOrEqual(ruleOf(category, standing, policy).ttlSeconds);
      }),
    );
  });

  it('takes an audit log that was kept 13 months to six years when an agreement is signed', () => {
    const policy = new Map<DataCategory, number>([['audit_log', 397 * DAY]]);
    expect(ruleOf('audit_log', PAID, policy).ttlSeconds).toBe(397 * DAY);
    expect(ruleOf('audit_log', HIPAA, policy).ttlSeconds).toBe(2_192 * DAY);
  });
});
