import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getScan } from '@smartscan/contracts/vitals';
import { Fault } from '@smartscan/kernel';
import { buildHouse, callOf, type House } from '@smartscan/testing';
import { failureOf } from '@smartscan/testing/services';
import {
  HELD_BEAT_SECONDS,
  HELD_SILENT_MS,
  heldTable,
  Holdings,
  Reply,
  type Call,
  type Context,
  type Peers,
  type Scope,
  type UnitOfWork,
} from '../ports.ts';

const A = callOf({ tenant: 'wsp_0000000000000000000000000A' });
const B = callOf({ tenant: 'wsp_0000000000000000000000000B' });
const UPKEEP: Scope = {
  tenant: '*',
  actor: { kind: 'system', id: 'test' },
  purpose: 'provide_service',
  requestId: 'none',
};
const ids = Array.from({ length: 20 }, (_, n) => `scn_${String(n).padStart(26, '0')}`);

const directory = mkdtempSync(join(tmpdir(), 'smartscan-migration-'));
writeFileSync(
  join(directory, '0001_held.sql'),
  `CREATE TABLE held (id text PRIMARY KEY, workspace_id text NOT NULL, address text NOT NULL,
     held_at timestamptz NOT NULL, beat_at timestamptz NOT NULL);`,
);
const table = heldTable('vitals');
const keeper: Context = {
  name: 'vitals',
  controllers: [],
  providers: [],
  tables: [table],
  migrations: pathToFileURL(`${directory}/`),
  listens: [],
  schedules: [],
};

const notFound = (): Fault => new Fault('not_found', 'vitals.scan_not_found', 'There is no such scan.');
const lost = (): Fault => new Fault('not_found', 'test.lost', 'Lost.', { status: 410 });

describe('work that one process holds', () => {
  let house: House;
  let work: UnitOfWork;
  /** Processes by their address. */
  const processes = new Map<string, Process>();
  beforeAll(async () => {
    house = await buildHouse([keeper]);
    work = house.work(keeper);
  });
  afterAll(() => house.stop());
  afterEach(async () => {
    processes.clear();
    await house.admin.query('TRUNCATE vitals.held');
  });

  /** A process of the service: has things in its memory, and answers with its own name. */
  class Process {
    readonly memory = new Set<string>();
    readonly asked: string[] = [];
    readonly holdings: Holdings;

    constructor(readonly address: string | undefined) {
      const peers: Peers = {
        address,
        stream: async (to, { input, call }) => {
          const peer = processes.get(to);
          if (!peer) throw new Fault('unavailable', 'platform.service_unavailable', 'Not reached.');
          return (await peer.get(String(input['id' as never]), call)) as Reply;
        },
      };
      this.holdings = new Holdings({ table, work, peers, clock: house.clock });
      if (address !== undefined) processes.set(address, this);
    }

    hold(id: string, call = A): Promise<void> {
      this.memory.add(id);
      return work.run(call, (tx) => this.holdings.hold(tx, id));
    }

    get(id: string, call: Call = A): Promise<unknown> {
      const here = (): Promise<never> => {
        this.asked.push(id);
        if (!this.memory.has(id)) return Promise.reject(notFound());
        return Promise.resolve(new Reply(200, this.address) as never);
      };
      return this.holdings.orElsewhere({ operation: getScan, input: { id }, call }, here, lost);
    }

    async codeOf(id: string, call: Call = A): Promise<string> {
      return ((await failureOf(this.get(id, call))) as Fault).code;
    }

    tend(): Promise<void> {
      return this.holdings.tend(UPKEEP, (id) => this.memory.has(id));
    }
  }

  const rows = async (): Promise<readonly { id: string; address: string }[]> =>
    (await house.admin.query<{ id: string; address: string }>('SELECT id, address FROM vitals.held ORDER BY id')).rows;
  const id = (at: number): string => ids[at] as string;

  it('is found from every process, and asked where it is', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    await one.hold(id(0));
    expect(await other.get(id(0))).toMatchObject({ status: 200, body: 'https://one:1' });
    expect(await one.get(id(0))).toMatchObject({ status: 200, body: 'https://one:1' });
    expect([one.asked.length, other.asked.length]).toEqual([2, 1]);
    expect(await other.codeOf(id(1))).toBe('vitals.scan_not_found');
  });

  it('P15: is as unknown to another tenant as what there is not, wherever that asks', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    await one.hold(id(0));
    expect(await other.codeOf(id(0), B)).toBe('vitals.scan_not_found');
    expect(one.asked).toEqual([]);
  });

  it('is passed on once: a process that has it no more does not look further', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    await one.hold(id(0));
    one.memory.clear();
    expect(await other.codeOf(id(0))).toBe('vitals.scan_not_found');
    expect([one.asked.length, other.asked.length]).toEqual([1, 1]);
  });

  it('a fault that is not about where it is, is not passed on', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    await one.hold(id(0));
    const here = () => Promise.reject(new Fault('conflict', 'test.conflict', 'So it is.'));
    const asked = { operation: getScan, input: { id: id(0) }, call: A };
    expect(((await failureOf(other.holdings.orElsewhere(asked, here))) as Fault).code).toBe('test.conflict');
    expect(one.asked).toEqual([]);
  });

  it('has no row any more once it is released, by whichever process, or is no more in memory', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    for (const at of [0, 1, 2]) await one.hold(id(at));
    await work.run(A, (tx) => other.holdings.release(tx, id(0)));
    await work.run(A, (tx) => one.holdings.release(tx, id(1)));
    one.memory.delete(id(2));
    await one.tend();
    expect(await rows()).toEqual([]);
  });

  it('is held once however often that is said, and not at all where the transaction fails', async () => {
    const one = new Process('https://one:1');
    await one.hold(id(0));
    await one.hold(id(0));
    const failing = work.run(A, async (tx) => {
      await one.holdings.hold(tx, id(1));
      throw new Error('so be it');
    });
    await failureOf(failing);
    await one.tend();
    expect((await rows()).map((row) => row.id)).toEqual([id(0)]);
  });

  it('of a process that was killed is unavailable until that has been silent for long, then lost, then forgotten', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    await one.hold(id(0));
    await other.hold(id(1));
    processes.delete('https://one:1');
    expect(await other.codeOf(id(0))).toBe('platform.service_unavailable');
    house.clock.advance(HELD_SILENT_MS);
    await other.tend();
    expect(await other.codeOf(id(0))).toBe('test.lost');
    const here = () => Promise.reject(notFound());
    const asked = { operation: getScan, input: { id: id(0) }, call: A };
    expect(((await failureOf(other.holdings.orElsewhere(asked, here))) as Fault).code).toBe('vitals.scan_not_found');
    house.clock.advance(HELD_SILENT_MS + 1);
    await other.tend();
    expect(await other.codeOf(id(0))).toBe('vitals.scan_not_found');
    expect((await rows()).map((row) => row.id)).toEqual([id(1)]);
  });

  it('of a process that beats is never lost', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    await one.hold(id(0));
    for (let n = 0; n < 20; n += 1) {
      house.clock.advance(1_000 * HELD_BEAT_SECONDS);
      await one.tend();
      await other.tend();
    }
    expect(await other.get(id(0))).toMatchObject({ body: 'https://one:1' });
  });

  it('of a process that stopped is lost at once, as is what a former one had at the address of a new one', async () => {
    const [one, other] = [new Process('https://one:1'), new Process('https://other:1')];
    await one.hold(id(0));
    await other.hold(id(1));
    await one.holdings.onApplicationShutdown();
    expect(await other.codeOf(id(0))).toBe('test.lost');
    house.clock.advance(1);
    const again = new Process('https://other:1');
    expect(await again.codeOf(id(1))).toBe('test.lost');
    await new Process('https://third:1').holdings.onApplicationShutdown();
    expect(await rows()).toHaveLength(2);
  });

  it('without an address nothing is written, nothing looked up and nothing removed', async () => {
    const [one, alone] = [new Process('https://one:1'), new Process(undefined)];
    await one.hold(id(0));
    await alone.hold(id(1));
    expect(await alone.codeOf(id(0))).toBe('vitals.scan_not_found');
    house.clock.advance(10 * HELD_SILENT_MS);
    await alone.tend();
    await alone.holdings.onApplicationShutdown();
    await work.run(A, (tx) => alone.holdings.release(tx, id(0)));
    expect((await rows()).map((row) => row.id)).toEqual([id(0)]);
    expect(one.asked).toEqual([]);
  });
});
