import type { Provider } from '@nestjs/common';
import { Fault, type Clock } from '@smartscan/kernel';
import type { CallInputOf, InputOf, Operation } from '@smartscan/contracts/operation';
import type { Answer, Call, Scope } from '../ports/call.ts';
import type { Peers } from '../ports/peers.ts';
import { CLOCK, PEERS, UNIT_OF_WORK } from '../ports/tokens.ts';
import type { Tx, UnitOfWork } from '../ports/work.ts';
import type { HeldRow, HeldTable } from './held-table.ts';

/** Ours: how often `tend` is to run in each process. */
export const HELD_BEAT_SECONDS = 10;
/** Ours: three beats missed. What the process had is lost with its memory. */
export const HELD_SILENT_MS = 3_000 * HELD_BEAT_SECONDS;
/** Ours: for as long again whoever asks can be told that it is lost. */
const FORGOTTEN_MS = 2 * HELD_SILENT_MS;

export interface HoldingsParts {
  readonly table: HeldTable;
  readonly work: UnitOfWork;
  readonly peers: Peers;
  readonly clock: Clock;
}

/** What is asked of whichever process has the thing, by its id. */
export interface AskedOfHolder<O extends Operation> {
  readonly operation: O;
  readonly input: InputOf<O> & { readonly id: string };
  readonly call: Call;
  /** The body, where there was one. */
  readonly bytes?: Uint8Array;
}

/**
 * The things that processes of a service have in memory, found from any of them: who has one says so in a row, and what is
 * asked of another is passed on. Where this process has no peers nothing is written and nothing looked up.
 */
export class Holdings {
  readonly #parts: HoldingsParts;
  /** A process that has our address and began earlier is gone, and what it had with it. */
  readonly #sinceMs: number;
  /** Ids of the rows that this process answers for. */
  readonly #ids = new Set<string>();

  constructor(parts: HoldingsParts) {
    this.#parts = parts;
    this.#sinceMs = parts.clock.nowMs();
  }

  /** From the commit on, others find `id` here. To be called before it is promised to anybody, once or more. */
  async hold(tx: Tx, id: string): Promise<void> {
    const { table, peers, clock } = this.#parts;
    const { address } = peers;
    if (address === undefined || this.#ids.has(id)) return;
    // What is rolled back is let go of by `tend`.
    this.#ids.add(id);
    const at = new Date(clock.nowMs());
    await tx.em.insert(table.entity, { id, workspaceId: tx.scope.tenant, address, heldAt: at, beatAt: at });
  }

  /** It is over, or somebody has taken it: nobody is to look for it any more, whoever has it. */
  async release(tx: Tx, id: string): Promise<void> {
    if (this.#parts.peers.address === undefined) return;
    this.#ids.delete(id);
    await tx.em.nativeDelete(this.#parts.table.entity, { id });
  }

  /**
   * What `here` answers; where that is a fault of the kind `not_found` and another process has the thing, what that one
   * answers. It is passed on once: a process that has nothing by its own address looks no further.
   *
   * Faults: as `here`; `lost`, or else as `here`, where the process that had it is gone; `platform.service_unavailable`
   * while it is not known whether it is.
   */
  async orElsewhere<O extends Operation>(
    asked: AskedOfHolder<O>,
    here: () => Promise<Answer<O>>,
    lost?: () => Fault,
  ): Promise<Answer<O>> {
    try {
      return await here();
    } catch (error) {
      const { address } = this.#parts.peers;
      if (address === undefined || !(error instanceof Fault) || error.kind !== 'not_found') throw error;
      const row = await this.#parts.work.run(asked.call, (tx) => this.#rowOf(tx, asked.input.id));
      if (row === null) throw error;
      if (this.#isLost(row)) throw lost?.() ?? error;
      if (row.address === address) throw error;
      return this.#passOn(row.address, asked);
    }
  }

  /**
   * Says that this process lives, lets go of what it has no more, and removes what nobody has answered for in a while.
   * `has`: whether this process has it in memory.
   */
  async tend(scope: Scope, has: (id: string) => boolean): Promise<void> {
    const { table, work, peers, clock } = this.#parts;
    const { address } = peers;
    if (address === undefined) return;
    const nowMs = clock.nowMs();
    const gone = [...this.#ids].filter((id) => !has(id));
    const held = [...this.#ids].filter(has);
    await work.run(scope, async (tx) => {
      if (held.length > 0)
        await tx.em.nativeUpdate(table.entity, { id: { $in: held }, address }, { beatAt: new Date(nowMs) });
      if (gone.length > 0) await tx.em.nativeDelete(table.entity, { id: { $in: gone }, address });
      await tx.em.nativeDelete(table.entity, { beatAt: { $lt: new Date(nowMs - FORGOTTEN_MS) } });
    });
    for (const id of gone) this.#ids.delete(id);
  }

  /** Called by Nest when the last request is answered: what is here now is lost, and whoever looks for it hears so at once. */
  async onApplicationShutdown(): Promise<void> {
    const { table, work, peers, clock } = this.#parts;
    if (peers.address === undefined || this.#ids.size === 0) return;
    const silent = new Date(clock.nowMs() - HELD_SILENT_MS);
    await work
      .run(LEAVING, (tx) => tx.em.nativeUpdate(table.entity, { id: { $in: [...this.#ids] } }, { beatAt: silent }))
      // Without a database they fall silent by themselves.
      .catch(() => undefined);
  }

  #rowOf(tx: Tx, id: string): Promise<HeldRow | null> {
    return tx.em.findOne(this.#parts.table.entity, { id });
  }

  #isLost({ address, heldAt, beatAt }: HeldRow): boolean {
    const { peers, clock } = this.#parts;
    const isOfFormer = address === peers.address && heldAt.getTime() < this.#sinceMs;
    return isOfFormer || beatAt.getTime() <= clock.nowMs() - HELD_SILENT_MS;
  }

  async #passOn<O extends Operation>(address: string, asked: AskedOfHolder<O>): Promise<Answer<O>> {
    const { operation, input, call, bytes } = asked;
    const reply = await this.#parts.peers.stream(address, {
      operation,
      input: input as CallInputOf<O>,
      call,
      body: bytes && once(bytes),
    });
    return reply as Answer<O>;
  }
}

const LEAVING: Scope = {
  tenant: '*',
  actor: { kind: 'system', id: 'platform.holdings' },
  purpose: 'provide_service',
  requestId: 'none',
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** `Holdings` of a context, over the table that it declares for them. */
export const provideHoldings = (table: HeldTable): Provider => ({
  provide: Holdings,
  useFactory: (work: UnitOfWork, peers: Peers, clock: Clock) => new Holdings({ table, work, peers, clock }),
  inject: [UNIT_OF_WORK, PEERS, CLOCK],
});
