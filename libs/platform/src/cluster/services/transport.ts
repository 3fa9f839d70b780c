import { Agent, buildConnector, type Dispatcher as HttpDispatcher } from 'undici';
import { Fault, SECOND_MS } from '@smartscan/kernel';
import type { Owner } from '@smartscan/contracts/owners';
import { dnsNameOf, type Certificates, type Material } from './certificates.ts';
import { SILENCE_MS } from './wire.ts';

/** Ours: within a cell a handshake takes some milliseconds; a pod that is just going takes one second at most. */
const CONNECT_MS = 3 * SECOND_MS;
/**
 * To one owner. Ours: for calls that last half of what it serves at once, since there are other callers. The others take
 * turns: waiting for a call of some milliseconds costs less than a handshake.
 */
const CONNECTIONS = { lasting: 256, short: 32 } as const;
export type CallKind = keyof typeof CONNECTIONS;
type Agents = Readonly<Record<CallKind, Agent>>;

/** Why a call did not come through. A closed list: what an error says may hold anything. */
export type TransportProblem = 'not_connected' | 'cut' | 'silent' | 'malformed' | 'too_large' | 'too_late';

/** The owner was not reached, or not to the end. */
export class TransportFailure extends Error {
  constructor(
    readonly problem: TransportProblem,
    /** No handler can have heard of the call. */
    readonly isUnheard: boolean,
  ) {
    super(problem);
    this.name = 'TransportFailure';
  }
}

/** All that is told of it. */
export const unavailable = (retryAfterSeconds = 1): Fault =>
  new Fault('unavailable', 'platform.service_unavailable', "A part of the service can't be reached.", {
    remedy: 'Try again a little later.',
    retryAfterSeconds,
  });

/** Connections to one owner, kept alive; who answers must show that owner's certificate. */
export class Connections {
  readonly #owner: Owner;
  readonly #unlisten: () => void;
  #agents: Agents;

  constructor(owner: Owner, certificates: Certificates) {
    this.#owner = owner;
    this.#agents = this.#openBoth(certificates.material);
    this.#unlisten = certificates.onChange((material) => {
      const former = Object.values(this.#agents);
      this.#agents = this.#openBoth(material);
      // Calls in flight finish where they are.
      for (const agent of former) void agent.close().catch(() => undefined);
    });
  }

  agent(kind: CallKind): HttpDispatcher {
    return this.#agents[kind];
  }

  /** Calls in flight finish, for so long. */
  async close(graceMs: number): Promise<void> {
    this.#unlisten();
    const agents = Object.values(this.#agents);
    const timer = setTimeout(() => agents.forEach((agent) => void agent.destroy().catch(() => undefined)), graceMs);
    await Promise.allSettled(agents.map((agent) => agent.close()));
    clearTimeout(timer);
  }

  #openBoth(material: Material): Agents {
    return { lasting: this.#open(material, 'lasting'), short: this.#open(material, 'short') };
  }

  #open({ ca, cert, key }: Material, kind: CallKind): Agent {
    const connect = buildConnector({
      ca,
      cert,
      key,
      minVersion: 'TLSv1.3',
      maxCachedSessions: 0,
      timeout: CONNECT_MS,
    });
    return new Agent({
      connections: CONNECTIONS[kind],
      // The call's own bounds are narrower and know of pulses. This one is for a server that doesn't end what it has said.
      headersTimeout: 0,
      bodyTimeout: 2 * SILENCE_MS,
      connect: (options, done) =>
        connect({ ...options, servername: dnsNameOf(this.#owner) }, (error, socket) =>
          error ? done(new TransportFailure('not_connected', true), null) : done(null, socket as never),
        ),
    });
  }
}
