import type { Clock } from '@smartscan/kernel';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import { policyChanged, type setTtl } from '@smartscan/contracts/retention';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { refuseUnlessAllowed, ruleOf } from '../domain/ttl.ts';
import { saveTtl } from './policies.ts';
import { ruleView } from './rule-view.ts';
import { standingOf } from './workspaces.ts';

/** What is older than a shortened time goes with the next sweep, at most a minute later. */
export class SetTtl {
  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  run(input: InputOf<typeof setTtl>, call: Call): Promise<OutputOf<typeof setTtl>> {
    const { category, ttl_seconds: ttlSeconds } = input;
    const workspaceId = call.tenant;
    return this.work.run(call, async (tx) => {
      const standing = await standingOf(tx, workspaceId);
      refuseUnlessAllowed(category, standing, ttlSeconds);
      await saveTtl(tx, { workspaceId, category, ttlSeconds, setAt: new Date(this.clock.nowMs()) });
      tx.emit(policyChanged, { workspace_id: workspaceId, category, ttl_seconds: ttlSeconds });
      return ruleView(ruleOf(category, standing, new Map([[category, ttlSeconds]])));
    });
  }
}
