import type { Clock } from '@smartscan/kernel';
import { HELD_SILENT_MS, type Holdings } from '../peers/holdings.ts';
import type { Scope } from '../ports/call.ts';
import type { UnitOfWork } from '../ports/work.ts';
import type { ActiveJobs } from './active-jobs.ts';
import type { JobKind } from './job.ts';
import { JobRows } from './job-table.ts';

export interface TendParts {
  readonly kind: JobKind;
  readonly work: UnitOfWork;
  readonly clock: Clock;
  readonly active: ActiveJobs;
  readonly holdings: Holdings;
  /** Whether something else here is asked for again under that id. */
  readonly alsoHas?: (id: string) => boolean;
}

/**
 * A job lives in the memory of one process. Each process beats for the jobs it runs; one that has fallen silent died with
 * them, and they are closed as interrupted so that nobody waits for them. A schedule runs this in each process, every
 * `HELD_BEAT_SECONDS`.
 */
export class TendJobs {
  readonly #parts: TendParts;
  readonly #rows: JobRows;

  constructor(parts: TendParts) {
    this.#parts = parts;
    this.#rows = new JobRows(parts.kind.table);
  }

  async run(): Promise<void> {
    const { kind, work, clock, active, holdings, alsoHas = () => false } = this.#parts;
    const nowMs = clock.nowMs();
    const scope: Scope = {
      tenant: '*',
      actor: { kind: 'system', id: `${kind.table.owner}.tend_${kind.table.name}` },
      purpose: 'provide_service',
      requestId: 'none',
    };
    await holdings.tend(scope, (id) => active.has(id) || alsoHas(id));
    await this.#beat(scope, new Date(nowMs));
    const { code: problem } = kind.faults.interrupted();
    await work.run(scope, async (tx) => {
      for (const { id, workspaceId } of await this.#rows.silentSince(tx, new Date(nowMs - HELD_SILENT_MS))) {
        const closed = await this.#rows.close(tx, id, { status: 'failed', problem, finishedAtMs: nowMs }, null);
        if (closed) kind.tell.failed(tx, { tenant: workspaceId, id }, problem);
      }
    });
  }

  async #beat(scope: Scope, at: Date): Promise<void> {
    const { work, active } = this.#parts;
    for (const ids of active.runningRows().values()) {
      const alive = await work.run(scope, (tx) => this.#rows.beat(tx, ids, at));
      // Cancelled or swept by somebody else meanwhile.
      for (const id of ids) if (!alive.has(id)) active.cancel(id);
    }
  }
}
