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

/** What one owner keeps of one category. `oldestSeconds`: the age of the oldest record; `null` where there is none. */
interface Keeping {
  readonly sweep: Sweep;
  readonly category: DataCategory;
  oldestSeconds: number | null;
  failed: boolean;
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
    let open = sweeps().map((sweep) =>
      CATEGORIES.map((category): Keeping => ({ sweep, category, oldestSeconds: null, failed: false })),
    );
    const all = open.flat();
    for (let last: string | undefined = ''; last !== undefined; ) {
      const after: string = last;
      const batch = await this.work.run(call, (tx) => termsAfter(tx, after));
      open = await Promise.all(open.map((keepings) => this.sweepOwner(keepings, batch, call)));
      last = batch.length === BATCH_WORKSPACES ? batch.at(-1)?.workspaceId : undefined;
    }
    for (const category of CATEGORIES) {
      const keepings = all.filter((keeping) => keeping.category === category);
      const oldest = Math.max(...keepings.map((keeping) => keeping.oldestSeconds ?? 0));
      this.report.oldest(category, oldest, !keepings.some((keeping) => keeping.failed));
    }
  }

  /** Resolves with what the owner keeps and could sweep: the rest needs no further batch in this round. */
  private async sweepOwner(keepings: readonly Keeping[], batch: readonly Terms[], call: Call): Promise<Keeping[]> {
    const open: Keeping[] = [];
    for (const keeping of keepings) {
      try {
        await this.sweepCategory(keeping, batch, call);
        if (keeping.oldestSeconds !== null) open.push(keeping);
      } catch (error) {
        keeping.failed = true;
        this.report.failed(keeping.sweep.owner, keeping.category, error);
      }
    }
    return open;
  }

  private async sweepCategory(keeping: Keeping, batch: readonly Terms[], call: Call): Promise<void> {
    const { sweep, category } = keeping;
    const limits = batch.map(({ workspaceId, standing, policy }) => ({
      workspace_id: workspaceId,
      ttl_seconds: ruleOf(category, standing, policy).ttlSeconds,
    }));
    const swept = await this.services.call(sweep, { category, limits }, call);
    keeping.oldestSeconds = swept.oldest_age_seconds;
    if (swept.deleted > 0) this.report.deleted(category, swept.deleted);
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
