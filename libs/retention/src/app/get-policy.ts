import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import type { getPolicy } from '@smartscan/contracts/retention';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { CATEGORIES, ruleOf } from '../domain/ttl.ts';
import { policyOf } from './policies.ts';
import { ruleView } from './rule-view.ts';
import { standingOf } from './workspaces.ts';

export class GetPolicy {
  constructor(private readonly work: UnitOfWork) {}

  run(_input: InputOf<typeof getPolicy>, call: Call): Promise<OutputOf<typeof getPolicy>> {
    return this.work.run(call, async (tx) => {
      const standing = await standingOf(tx, call.tenant);
      const policy = await policyOf(tx, call.tenant);
      return { rules: CATEGORIES.map((category) => ruleView(ruleOf(category, standing, policy))) };
    });
  }
}
