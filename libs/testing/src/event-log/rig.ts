/// <reference types="jest" />
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope, EventLog, EventStrategy } from '@smartscan/platform/ports';

/** What an adapter hands to the suite. */
export interface LogUnderTest {
  readonly log: EventLog;
  /** How long a member that says nothing keeps its share, in milliseconds. */
  readonly leaseMs: number;
  /** Closes the log and opens it again on the same store. */
  restart(): Promise<EventLog>;
  /** Closes the log and removes what the tests left. */
  dispose(): Promise<void>;
}

export type Handle = (envelope: Envelope) => Promise<void> | void;

/** Ours: the slowest test waits for two leases of Kafka's smallest kind (6 s) and a rebalance. */
const PATIENCE_MS = 30_000;
/** Ours: what comes although it must not, comes within some milliseconds of what was expected. */
const SETTLE_MS = 150;

/** Waits until something is so; a failure says what it was. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await sleep(5);
  }
}

export const settle = (): Promise<void> => sleep(SETTLE_MS);

export const idOf = ({ id }: Envelope): string => id;
/** The number that an event of the rig carries: counted per key, from 0. */
export const numberOf = ({ body }: Envelope): number => (JSON.parse(body) as { n: number }).n;

/** One log in one test: makes events, runs members of groups, restarts. Topics and groups are new in every test. */
export class Rig {
  readonly leaseMs: number;
  readonly topic: string;
  readonly group: string;
  readonly type = 'conformance.thing_done.v1';
  log: EventLog;
  readonly #under: LogUnderTest;
  readonly #told = new Map<string, number>();

  constructor(under: LogUnderTest, log: EventLog) {
    const unique = randomBytes(5).toString('hex');
    this.#under = under;
    this.leaseMs = under.leaseMs;
    this.log = log;
    this.topic = `smartscan.conformance_${unique}`;
    this.group = `group_${unique}`;
  }

  /** The next event of a key. */
  event(key: string, differing: Partial<Envelope> = {}): Envelope {
    const n = this.#told.get(key) ?? 0;
    this.#told.set(key, n + 1);
    return {
      id: `evt_${randomBytes(13).toString('hex').toUpperCase()}`,
      type: this.type,
      topic: this.topic,
      key,
      time: new Date().toISOString(),
      tenant: 'wsp_00000000000000000000000000',
      actor: { kind: 'system', id: 'conformance' },
      purpose: 'provide_service',
      requestId: 'req_00000000000000000000000000',
      region: 'eu',
      traceparent: '',
      body: JSON.stringify({ n }),
      ...differing,
    };
  }

  /** Publishes `count` events of each key, one after the other in turn; answers them. */
  async publish(keys: readonly string[], count = 1): Promise<Envelope[]> {
    const events: Envelope[] = [];
    for (let round = 0; round < count; round += 1) events.push(...keys.map((key) => this.event(key)));
    await this.log.publish(events);
    return events;
  }

  /** A running member of a group. */
  async member(handle: Handle, options: { group?: string; types?: readonly string[] } = {}): Promise<EventStrategy> {
    const strategy = this.log.strategy(options.group ?? this.group, [this.topic]);
    for (const type of options.types ?? [this.type]) {
      strategy.addHandler(type, async (envelope: Envelope) => handle(envelope), true);
    }
    await new Promise<void>((resolve, reject) => {
      strategy.listen((error?: unknown) => (error === undefined ? resolve() : reject(error as Error)));
    });
    return strategy;
  }

  /** The same log with a new topic and a new group. */
  fresh(): Rig {
    return new Rig(this.#under, this.log);
  }

  async restart(): Promise<void> {
    this.log = await this.#under.restart();
  }

  /** Everything that the group has parked, in order by key. */
  async parkedNumbers(key: string): Promise<number[]> {
    const parked = await this.log.parked(this.group);
    return parked.filter(({ envelope }) => envelope.key === key).map(({ envelope }) => numberOf(envelope));
  }
}

/** Says of each key whether its events came in order and none was left out; doubled ones count once. */
export function expectEachKeyInOrder(seen: readonly Envelope[], perKey: ReadonlyMap<string, number>): void {
  const numbers = new Map<string, number[]>([...perKey.keys()].map((key) => [key, []]));
  const known = new Set<string>();
  for (const envelope of seen) {
    if (known.has(envelope.id)) continue;
    known.add(envelope.id);
    numbers.get(envelope.key)?.push(numberOf(envelope));
  }
  for (const [key, count] of perKey) {
    expect({ key, numbers: numbers.get(key) }).toEqual({ key, numbers: Array.from({ length: count }, (_, n) => n) });
  }
}

/** A handler's inbox: says whether an event is new. */
export class Inbox {
  readonly #known = new Set<string>();

  isNew({ id }: Envelope): boolean {
    if (this.#known.has(id)) return false;
    this.#known.add(id);
    return true;
  }
}

export type Guarantees = Readonly<Record<string, (rig: Rig) => Promise<void>>>;
