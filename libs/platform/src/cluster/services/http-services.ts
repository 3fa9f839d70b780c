import { Fault, SECOND_MS } from '@smartscan/kernel';
import type { CallInputOf, Operation, OutputOf } from '@smartscan/contracts/operation';
import type { Owner } from '@smartscan/contracts/owners';
import { refuseInsideWork } from '../../database/database.ts';
import type { Call, Chunks, Reply, Services } from '../../ports/call.ts';
import type { Log } from '../../ports/log.ts';
import { notServed, readInput, toReply, type Dispatcher } from '../../process/dispatcher.ts';
import { Certificates, type CertificateFiles } from './certificates.ts';
import { Remote } from './remote.ts';
import { SILENCE_MS } from './wire.ts';

/** Ours: by then a process that stops has waited for its requests already. */
const CLOSE_MS = 2 * SECOND_MS;

export interface HttpServicesOptions {
  /** What is served in this process. */
  readonly local: Dispatcher;
  /** `https://host:port`, asked before each call; `undefined` where the cell has no such service. */
  readonly addressOf: (owner: Owner) => URL | undefined;
  readonly tls: CertificateFiles;
  /** What this service is called: its certificate must say so too. */
  readonly self: string;
  readonly log: Log;
  /** After how long without a sign of life a server is given up. */
  readonly silenceMs?: number;
  /** How often the files of `tls` are looked at. */
  readonly lookEveryMs?: number | undefined;
}

/**
 * Calls between services over HTTP and mutual TLS; what this process serves itself is called directly. Input and output
 * are judged by the contract here as well as there. What doesn't come through is `platform.service_unavailable`.
 */
export class HttpServices implements Services {
  readonly #options: HttpServicesOptions;
  readonly #certificates: Certificates;
  readonly #remotes = new Map<Owner, Remote>();

  constructor(options: HttpServicesOptions) {
    const { tls, log, lookEveryMs, self } = options;
    this.#options = options;
    this.#certificates = new Certificates({ files: tls, log, lookEveryMs });
    if (this.#certificates.services.has(self)) return;
    this.#certificates.close();
    throw new Fault('invalid', 'platform.certificate_of_another', `The certificate does not speak for ${self}.`, {
      remedy: `Have one issued for the DNS name ${self}.smartscan.internal.`,
    });
  }

  async call<O extends Operation>(operation: O, input: CallInputOf<O>, call: Call): Promise<OutputOf<O>> {
    const reply = await this.stream(operation, input, call, undefined);
    return reply.body as OutputOf<O>;
  }

  async stream<O extends Operation>(
    operation: O,
    input: CallInputOf<O>,
    call: Call,
    body: Chunks | undefined,
  ): Promise<Reply> {
    refuseInsideWork();
    const { local } = this.#options;
    if (local.serves(operation)) return local.stream(operation, input, call, body);
    const origin = this.#options.addressOf(operation.owner);
    if (!origin) throw notServed();
    // What is wrong doesn't travel.
    readInput(operation, input);
    return toReply(operation, await this.#remote(operation.owner).ask({ operation, input, call, body }, origin));
  }

  /** Calls in flight finish, for 2 s at most. */
  async close(): Promise<void> {
    this.#certificates.close();
    await Promise.all([...this.#remotes.values()].map((remote) => remote.close(CLOSE_MS)));
  }

  #remote(owner: Owner): Remote {
    const known = this.#remotes.get(owner);
    if (known) return known;
    const { log, silenceMs = SILENCE_MS } = this.#options;
    const remote = new Remote({ owner, log, silenceMs, certificates: this.#certificates });
    this.#remotes.set(owner, remote);
    return remote;
  }
}
