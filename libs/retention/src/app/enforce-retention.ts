import { allOperations } from '@smartscan/contracts/all';
import type { custody } from '@smartscan/contracts/retention';
import { MINUTE_MS, type DataCategory } from '@smartscan/kernel';
import type { Call, Services, Tx, UnitOfWork } from '@smartscan/platform/ports';
import type { Standing } from '../domain/schedule.ts';
import { CATEGORIES, ruleOf, type Policy } from '../domain/ttl.ts';
import { policiesBetween, EMPTY_POLICY } from './policies.ts';
import type { SweepReport } from './sweep-report.ts';
import type { SystemCalls } from './system-calls.ts';
import { standing, workspacesAfter } from './workspaces.ts';

type Sweep = typeof custody.sweep;

/** What one owner may keep of one category. */
interface Keeping {
  readonly sweep: Sweep;
  readonly category: DataCategory;
}

interface Terms {
  readonly workspaceId: string;
  readonly standing: Standing;
  readonly policy: Policy;
}

/** The contract's bound on the limits in one call. */
const BATCH_WORKSPACES = 1_000;
/** Ours: a third of the 15 minutes within which what is over must be gone (P23), so that two more rounds fit. */
const ROUND_DEADLINE_MS = 5 * MINUTE_MS;

/** Every owner of data, read off the contracts: who owes a sweep keeps data, and who keeps data owes one. */
const sweeps = (): readonly Sweep[] =>
  allOperations().filter(({ owner, id }) => id === `${owner}.sweep`) as unknown as readonly Sweep[];

/**
 * One round: tells every owner of data how long each workspace's data of each category may be kept, and they delete the
 * rest (P23). An owner that fails is counted and asked again in the next round; the others are not held up by it.
 */
export class EnforceRetention {
  constructor(
    private readonly work: UnitOfWork,
    private readonly services: Services,
    private readonly calls: SystemCalls,
    private readonly report: SweepReport,
  ) {}

  async run(): Promise<void> {
    const call = this.calls.begin(ROUND_DEADLINE_MS);
    let open = sweeps().map((sweep) => CATEGORIES.map((category): Keeping => ({ sweep, category })));
    for (let last: string | undefined = ''; last !== undefined; ) {
      const after: string = last;
      const batch = await this.work.run(call, (tx) => termsAfter(tx, after));
      open = await Promise.all(open.map((keepings) => this.sweepOwner(keepings, batch, call)));
      last = batch.length === BATCH_WORKSPACES ? batch.at(-1)?.workspaceId : undefined;
    }
  }

  /** Resolves with what the owner keeps and could sweep: the rest needs no further batch in this round. */
  private async sweepOwner(keepings: readonly Keeping[], batch: readonly Terms[], call: Call): Promise<Keeping[]> {
    const open: Keeping[] = [];
    for (const keeping of keepings) {
      try {
        if (await this.sweepCategory(keeping, batch, call)) open.push(keeping);
      } catch (error) {
        this.report.failed(keeping.sweep.owner, keeping.category, error);
      }
    }
    return open;
  }

  /** Whether the owner keeps anything of the category, of whichever workspace. */
  private async sweepCategory({ sweep, category }: Keeping, batch: readonly Terms[], call: Call): Promise<boolean> {
    const limits = batch.map(({ workspaceId, standing, policy }) => ({
      workspace_id: workspaceId,
      ttl_seconds: ruleOf(category, standing, policy).ttlSeconds,
    }));
    const swept = await this.services.call(sweep, { category, limits }, call);
    if (swept.deleted > 0) this.report.deleted(category, swept.deleted);
    this.report.kept(sweep.owner, category, swept.oldest_age_seconds);
    return swept.oldest_age_seconds !== null;
  }
}

async function termsAfter(tx: Tx, after: string): Promise<readonly Terms[]> {
  const workspaces = await workspacesAfter(tx, after, BATCH_WORKSPACES);
  const [first, last] = [workspaces.at(0)?.id, workspaces.at(-1)?.id];
  if (first === undefined || last === undefined) return [];
  const policies = await policiesBetween(tx, first, last);
  return workspaces.map((workspace) => ({
    workspaceId: workspace.id,
    standing: standing(workspace),
    policy: policies.get(workspace.id) ?? EMPTY_POLICY,
  }));
}
