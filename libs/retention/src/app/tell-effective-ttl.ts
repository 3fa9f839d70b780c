import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import type { effectiveTtl } from '@smartscan/contracts/retention';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { ruleOf } from '../domain/ttl.ts';
import { policyOf } from './policies.ts';
import { standingOf } from './workspaces.ts';

/** Tells a keeper how long it may keep what it is about to store. */
export class TellEffectiveTtl {
  constructor(private readonly work: UnitOfWork) {}

  run(input: InputOf<typeof effectiveTtl>, call: Call): Promise<OutputOf<typeof effectiveTtl>> {
    const { workspace_id: workspaceId, category } = input;
    return this.work.run({ ...call, tenant: workspaceId }, async (tx) => {
      const rule = ruleOf(category, await standingOf(tx, workspaceId), await policyOf(tx, workspaceId));
      return { ttl_seconds: rule.ttlSeconds };
    });
  }
}
