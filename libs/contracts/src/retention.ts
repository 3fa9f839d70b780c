import { z } from 'zod';
import { idPattern } from '@smartscan/kernel';
import { dataCategory, defineCustody } from './custody.ts';
import { defineEvent, field } from './event.ts';
import { defineOperation } from './operation.ts';

export const custody = defineCustody('retention');

export const policyChanged = defineEvent({
  owner: 'retention',
  name: 'policy_changed',
  version: 1,
  body: z.object({ workspace_id: field.id('workspace'), category: dataCategory, ttl_seconds: field.seconds() }),
  key: (body) => body.workspace_id,
  purpose: 'enforce_retention',
  audit: 'admin',
});

export const rule = z.object({
  category: dataCategory,
  title: z.string(),
  ttl_seconds: z.int().nonnegative().describe('0 keeps nothing at all.'),
  default_seconds: z.int().nonnegative(),
  /** Where a workspace may set its own; `null`: the time is fixed. */
  range_seconds: z.object({ zero: z.boolean(), min: z.int(), max: z.int() }).nullable(),
});

export const getPolicy = defineOperation({
  owner: 'retention',
  name: 'get_policy',
  method: 'GET',
  path: '/v1/retention',
  title: 'Read how long each category of data is kept',
  input: z.object({}),
  output: z.object({ rules: z.array(rule) }),
  scope: 'workspace:read',
  purpose: 'enforce_retention',
  public: true,
});

export const setTtl = defineOperation({
  owner: 'retention',
  name: 'set_ttl',
  method: 'PUT',
  path: '/v1/retention/{category}',
  title: 'Set how long a category of data is kept',
  description:
    'What is already older is deleted within 15 minutes. 0 means that nothing of the category is ever stored.',
  input: z.object({ category: dataCategory, ttl_seconds: z.int().nonnegative() }),
  output: rule,
  errors: ['retention.out_of_range', 'retention.fixed_category'],
  scope: 'retention:write',
  purpose: 'enforce_retention',
  public: true,
});

/** What a keeper asks right before it stores something, so that no row is written under a policy that is over. */
export const effectiveTtl = defineOperation({
  owner: 'retention',
  name: 'effective_ttl',
  method: 'GET',
  path: '/internal/retention/{workspace_id}/{category}',
  title: 'The time that a category is kept for a workspace now',
  input: z.object({ workspace_id: z.string().regex(idPattern('workspace')), category: dataCategory }),
  output: z.object({ ttl_seconds: z.int().nonnegative() }),
  scope: 'none',
  purpose: 'enforce_retention',
});
