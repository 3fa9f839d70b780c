import { MINUTE_MS, SECOND_MS } from '@smartscan/kernel';
import type { Operation } from '@smartscan/contracts/operation';
import { refuseInsideWork } from '../../database/database.ts';
import type { Reply } from '../../ports/call.ts';
import type { Log } from '../../ports/log.ts';
import type { AskedOfPeer, Peers } from '../../ports/peers.ts';
import { readInput, toReply } from '../../process/dispatcher.ts';
import { Certificates, type CertificateFiles } from './certificates.ts';
import { Remote } from './remote.ts';
import { SILENCE_MS } from './wire.ts';

/** Ours: more processes than any service has; pods come and go, and each has another address. */
const PEERS_MAX = 64;
/** Ours: longer than any call may last, so none is cut. */
const IDLE_MS = 20 * MINUTE_MS;
/** Ours: by then a process that stops has waited for its requests already. */
const CLOSE_MS = 2 * SECOND_MS;

export interface HttpPeersOptions {
  /** `https://host:port` of this process. */
  readonly address: string;
  readonly tls: CertificateFiles;
  readonly log: Log;
  /** After how long without a sign of life a process is given up. */
  readonly silenceMs?: number;
  readonly peersMax?: number;
  readonly idleMs?: number;
}

interface Peer {
  readonly remote: Remote;
  usedMs: number;
}

/**
 * Calls to chosen processes of the same service, over the wire that services have: whatever the address, who answers must
 * show a certificate that speaks for the operation's owner.
 */
export class HttpPeers implements Peers {
  readonly address: string;
  readonly #options: HttpPeersOptions;
  readonly #certificates: Certificates;
  /** By owner and address; the one that was used last stands last. */
  readonly #peers = new Map<string, Peer>();

  constructor(options: HttpPeersOptions) {
    const { address, tls, log } = options;
    this.address = address;
    this.#options = options;
    this.#certificates = new Certificates({ files: tls, log });
  }

  async stream<O extends Operation>(address: string, asked: AskedOfPeer<O>): Promise<Reply> {
    refuseInsideWork();
    const { operation, input } = asked;
    readInput(operation, input);
    return toReply(operation, await this.#remote(operation, address).ask(asked, new URL(address)));
  }

  /** How many are remembered. */
  get count(): number {
    return this.#peers.size;
  }

  /** Calls in flight finish, for 2 s at most. */
  async close(): Promise<void> {
    this.#certificates.close();
    await Promise.all([...this.#peers.values()].map(({ remote }) => remote.close(CLOSE_MS)));
  }

  #remote({ owner }: Operation, address: string): Remote {
    const { log, silenceMs = SILENCE_MS } = this.#options;
    const key = `${owner} ${address}`;
    const remote =
      this.#peers.get(key)?.remote ?? new Remote({ owner, log, silenceMs, certificates: this.#certificates });
    this.#peers.delete(key);
    this.#dropIdle();
    this.#peers.set(key, { remote, usedMs: performance.now() });
    return remote;
  }

  /** Those that weren't used for long, and the longest unused where there are too many. */
  #dropIdle(): void {
    const { peersMax = PEERS_MAX, idleMs = IDLE_MS } = this.#options;
    const oldestMs = performance.now() - idleMs;
    for (const [key, { remote, usedMs }] of this.#peers) {
      if (usedMs > oldestMs && this.#peers.size < peersMax) return;
      this.#peers.delete(key);
      void remote.close(CLOSE_MS);
    }
  }
}
