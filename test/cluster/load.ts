import { setTimeout as sleep } from 'node:timers/promises';
import { shortVideo, type Customer } from '../journeys/world.ts';

/**
 * Ours: a customer that is refused, or not answered, tries again as a patient client would. One that asked for more at
 * once would keep two cores from starting what was killed, and test little else.
 */
const PAUSE_MS = 100;

const NOTHING_TO_DO = -1;

/** What the API has acknowledged; nothing of it may be lost. */
export interface Acknowledged {
  /** In the order of the answers, one after the other. */
  readonly created: string[];
  readonly revoked: string[];
  readonly scans: Map<string, unknown>;
  ttls: number[];
  refused: number;
  /** Answers that admit a mistake of ours: what is down must be said to be unavailable. */
  unforeseen: number;
}

type Deed = (customer: Customer, acknowledged: Acknowledged) => Promise<number>;

const createKey: Deed = async (customer, { created }) => {
  const name = `load-${created.length}-${Math.random().toString(36).slice(2)}`;
  const { status, body } = await customer.ask('POST', '/v1/api-keys', { body: { name, scopes: ['scans:read'] } });
  if (status === 201) created.push(body['id'] as string);
  return status;
};

const revokeKey: Deed = async (customer, { created, revoked }) => {
  const id = created[revoked.length * 2];
  if (id === undefined) return NOTHING_TO_DO;
  const { status } = await customer.ask('DELETE', `/v1/api-keys/${id}`);
  if (status === 200) revoked.push(id);
  return status;
};

const setTtl: Deed = async (customer, { ttls }) => {
  const next = (ttls.at(-1) ?? 86_400) + 1;
  const { status } = await customer.keepVitalsFor(next);
  if (status === 200) ttls.push(next);
  return status;
};

const scan: Deed = async (customer, { scans }) => {
  const { status, body } = await customer.scan(await shortVideo());
  if (status === 200) scans.set(body['id'] as string, body['markers']);
  return status;
};

/** Customers who go on whatever happens, until they are told to stop. */
export class Load {
  readonly acknowledged: Acknowledged = {
    created: [],
    revoked: [],
    scans: new Map(),
    ttls: [],
    refused: 0,
    unforeseen: 0,
  };
  readonly #running: Promise<void>[];
  #stopped = false;

  constructor(
    private readonly customer: Customer,
    deeds: readonly ('keys' | 'ttl' | 'scans')[] = ['keys', 'ttl', 'scans'],
  ) {
    const all = { keys: [createKey, revokeKey], ttl: [setTtl], scans: [scan] };
    this.#running = deeds.flatMap((name) => all[name]).map((deed) => this.#repeat(deed));
  }

  async stop(): Promise<Acknowledged> {
    this.#stopped = true;
    await Promise.all(this.#running);
    return this.acknowledged;
  }

  async #repeat(deed: Deed): Promise<void> {
    while (!this.#stopped) {
      // A connection that broke, as much as a refusal, is no acknowledgement.
      const status = await deed(this.customer, this.acknowledged).catch(() => 0);
      const done = status >= 200 && status < 300;
      if (!done && status !== NOTHING_TO_DO) this.acknowledged.refused += 1;
      if (status === 500) this.acknowledged.unforeseen += 1;
      await sleep(PAUSE_MS);
    }
  }
}
