import { constants } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Fault, SECOND_MS } from '@smartscan/kernel';
import type { Operation } from '@smartscan/contracts/operation';
import type { Owner } from '@smartscan/contracts/owners';
import type { Log } from '../../ports/log.ts';
import { notServed, type Dispatcher } from '../../process/dispatcher.ts';
import { Certificates, servicesIn, type CertificateFiles, type Material } from './certificates.ts';
import { Exchange } from './exchange.ts';
import { limitMsOf, operationIdIn, PULSE_MS, SILENCE_MS } from './wire.ts';

/** All ours. */
export interface ServeLimits {
  /** TLS is agreed on, and headers and the first frame are there, within this time each. */
  readonly beginMs: number;
  readonly silenceMs: number;
  readonly pulseMs: number;
  /** Calls at once: ten times as many scans as a pod of 16 cores can take, and the small calls beside them. */
  readonly concurrent: number;
  readonly connections: number;
  /** A call's deadline. */
  readonly limitMs: (operation: Operation) => number;
  /** What `close` waits for calls in flight. Kubernetes ends a pod after 30 s, and there is more to close. */
  readonly graceMs: number;
}

const LIMITS: ServeLimits = {
  beginMs: 10 * SECOND_MS,
  silenceMs: SILENCE_MS,
  pulseMs: PULSE_MS,
  concurrent: 512,
  connections: 1_024,
  limitMs: limitMsOf,
  graceMs: 20 * SECOND_MS,
};

/** Longer than a caller keeps a connection, who is told of it: never do we drop first what is being used. Ours. */
const KEEP_ALIVE_MS = 72 * SECOND_MS;
/** A caller then connects anew, and so comes to meet pods that were added meanwhile. Ours. */
const CALLS_PER_CONNECTION = 10_000;
/** Ours: there is nothing in them. */
const HEADERS_MAX_BYTES = 4_096;

export interface ServeServicesOptions {
  readonly dispatcher: Dispatcher;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly tls: CertificateFiles;
  readonly log: Log;
  readonly limits?: Partial<ServeLimits>;
  /** How often the files of `tls` are looked at. */
  readonly lookEveryMs?: number | undefined;
}

export interface ServedServices {
  readonly port: number;
  /** Calls in flight finish, for 20 s at most; new ones are not taken any more. */
  close(): Promise<void>;
}

/** The one service that speaks for people outside: only it may call what is public. */
const FRONT: Owner = 'gateway';
/** Another process of the owner's own passes on what it was asked. */
const mayPass = (services: ReadonlySet<string>, { owner }: Operation): boolean =>
  services.has(FRONT) || services.has(owner);

/**
 * Serves what the dispatcher serves to the other services of the cell: `POST /operations/<operation id>` over TLS 1.3, to
 * who shows a certificate of the cell's authority. Input, call and result are in the bodies only: URLs and headers end up
 * in other people's logs.
 */
export async function serveServices(options: ServeServicesOptions): Promise<ServedServices> {
  const { log, host, port } = options;
  const limits = { ...LIMITS, ...options.limits };
  const certificates = new Certificates({ files: options.tls, log, lookEveryMs: options.lookEveryMs });
  const server = createServer({
    ...tlsOptions(certificates.material),
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: limits.beginMs,
    headersTimeout: limits.beginMs,
    connectionsCheckingInterval: Math.min(limits.beginMs / 2, PULSE_MS),
    // Bodies have limits of their own: silence and the call's deadline.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADERS_MAX_BYTES,
    noDelay: true,
  });
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = CALLS_PER_CONNECTION;
  server.on('tlsClientError', (error: NodeJS.ErrnoException) =>
    log.warn('services.handshake_failed', { code: error.code ?? error.name }),
  );
  certificates.onChange((material) => server.setSecureContext(tlsOptions(material)));
  const open = new OpenCalls(options.dispatcher, log, limits);
  server.on('request', (request, response) => open.take(request, response));
  await listening(server, host, port);
  const timer = setInterval(() => open.pulse(), limits.pulseMs);
  timer.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      certificates.close();
      const closed = new Promise((resolve) => server.close(resolve));
      await open.drain();
      clearInterval(timer);
      server.closeIdleConnections();
      // Answers that are on their way leave within the time that a caller may take to end its request.
      await Promise.race([closed, pause(2 * SECOND_MS)]);
      server.closeAllConnections();
    },
  };
}

/** Every connection shows its certificate anew: what was agreed on under an old one is not taken up again. */
const tlsOptions = ({ ca, cert, key }: Material) => ({
  ca,
  cert,
  key,
  minVersion: 'TLSv1.3' as const,
  secureOptions: constants.SSL_OP_NO_TICKET,
});

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

interface Caller {
  readonly services: ReadonlySet<string>;
  readonly untilMs: number;
}

const NOBODY: Caller = { services: new Set(), untilMs: 0 };

/** The calls that are being answered. */
class OpenCalls {
  readonly #dispatcher: Dispatcher;
  readonly #log: Log;
  readonly #limits: ServeLimits;
  readonly #open = new Set<Exchange>();
  /** By connection: TLS has verified them once. */
  readonly #callers = new WeakMap<TLSSocket, Caller>();
  #isClosing = false;
  #drained: (() => void) | undefined;

  constructor(dispatcher: Dispatcher, log: Log, limits: ServeLimits) {
    this.#dispatcher = dispatcher;
    this.#log = log;
    this.#limits = limits;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const id = request.method === 'POST' ? operationIdIn(request.url) : undefined;
    if (id === undefined) return void response.writeHead(404).end();
    const exchange = new Exchange({
      request,
      response,
      dispatcher: this.#dispatcher,
      log: this.#log,
      ...this.#limits,
      isLast: () => this.#isClosing,
    });
    const operation = this.#dispatcher.served(id);
    const refusal = this.#refusal(operation, request.socket as TLSSocket);
    if (refusal || !operation) return exchange.refuse(refusal ?? notServed());
    this.#open.add(exchange);
    void exchange.serve(operation).finally(() => {
      this.#open.delete(exchange);
      if (this.#open.size === 0) this.#drained?.();
    });
  }

  pulse(): void {
    const nowMs = performance.now();
    for (const exchange of this.#open) exchange.pulse(nowMs);
  }

  async drain(): Promise<void> {
    this.#isClosing = true;
    if (this.#open.size === 0) return;
    await Promise.race([new Promise<void>((resolve) => (this.#drained = resolve)), pause(this.#limits.graceMs)]);
    for (const exchange of this.#open) exchange.give(stopping());
  }

  #refusal(operation: Operation | undefined, socket: TLSSocket): Fault | undefined {
    const { services, untilMs } = this.#callerOf(socket);
    // A connection may outlive the certificate that it began with.
    const isKnown = services.size > 0 && untilMs > Date.now();
    if (!isKnown || (operation?.public === true && !mayPass(services, operation))) {
      this.#log.warn('services.caller_not_allowed', { operation: operation?.id });
      return new Fault('forbidden', 'platform.caller_not_allowed', 'This service may not call that operation.');
    }
    return this.#open.size < this.#limits.concurrent ? undefined : tooMany();
  }

  #callerOf(socket: TLSSocket): Caller {
    const known = this.#callers.get(socket);
    if (known) return known;
    const certificate = socket.getPeerX509Certificate();
    const caller = certificate
      ? { services: servicesIn(certificate), untilMs: Date.parse(certificate.validTo) }
      : NOBODY;
    this.#callers.set(socket, caller);
    return caller;
  }
}

const tooMany = (): Fault =>
  new Fault('unavailable', 'platform.too_many_calls', 'A part of the service has as much to do as it can.', {
    retryAfterSeconds: 1,
  });

const stopping = (): Fault =>
  new Fault('unavailable', 'platform.service_stopping', 'A part of the service is being restarted.', {
    retryAfterSeconds: 1,
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
