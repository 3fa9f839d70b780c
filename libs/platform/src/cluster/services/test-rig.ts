import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Operation } from '@smartscan/contracts/operation';
import type { Owner } from '@smartscan/contracts/owners';
import type { Handler } from '../../ports/call.ts';
import { Dispatcher } from '../../process/dispatcher.ts';
import { openLog } from '../../process/log.ts';
import { dnsNameOf, type CertificateFiles } from './certificates.ts';
import { messageFrame } from './frames.ts';
import { HttpServices, type HttpServicesOptions } from './http-services.ts';
import { serveServices, type ServedServices, type ServeServicesOptions } from './serve-services.ts';

/** A network cable between a caller and a server on this machine, which can be cut, held, and joined again. */
export class Cable {
  /** Connections that were made through it. */
  connections = 0;
  /** New connections are ended before a word is said over them; so many. */
  refuses = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  constructor(private readonly to: () => number) {}

  get address(): URL {
    return new URL(`https://127.0.0.1:${this.#port}`);
  }

  async join(): Promise<void> {
    const server = createServer((near) => this.#carry(near));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** What is under way breaks; new connections still work. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Nothing passes any more, and nobody is told. */
  hold(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** As if nothing listened there. */
  async part(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.cut();
    await closed;
  }

  #carry(near: Socket): void {
    this.connections += 1;
    near.on('error', () => undefined);
    if (this.refuses > 0) {
      this.refuses -= 1;
      return void near.resetAndDestroy();
    }
    const far = connect(this.to(), '127.0.0.1');
    far.on('error', () => undefined);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}

type Issue = (service: string, folder: string, options?: object) => Promise<CertificateFiles>;

/** One service that serves, and others that call it over a cable. */
export class TestServices {
  readonly cable = new Cable(() => this.server.port);
  readonly dispatcher = new Dispatcher();
  server!: ServedServices;
  readonly #lines: string[] = [];
  readonly #log = openLog({
    level: 'debug',
    service: 'test',
    stream: new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#lines.push(chunk.toString('utf8'));
        done();
      },
    }),
  });
  readonly #close: (() => Promise<void>)[] = [];

  private constructor(
    readonly folder: string,
    private readonly issue: Issue,
  ) {}

  static async open(issue: Issue, options: Partial<ServeServicesOptions> = {}): Promise<TestServices> {
    const made = new TestServices(await mkdtemp(join(tmpdir(), 'smartscan-services-')), issue);
    await made.serve(options);
    await made.cable.join();
    return made;
  }

  get logged(): string {
    return this.#lines.join('');
  }

  async serve(options: Partial<ServeServicesOptions> = {}): Promise<void> {
    this.server = await serveServices({
      dispatcher: this.dispatcher,
      host: '127.0.0.1',
      port: 0,
      tls: options.tls ?? (await this.certificates('audit')),
      log: this.#log,
      ...options,
    });
  }

  answer<O extends Operation>(operation: O, handler: Handler<O>): void {
    this.dispatcher.serve(operation, handler as unknown as Handler<Operation>);
  }

  certificates(service: string, options?: object, folder = service): Promise<CertificateFiles> {
    return this.issue(service, join(this.folder, folder), options);
  }

  async caller(self: Owner, options: Partial<HttpServicesOptions> = {}): Promise<HttpServices> {
    const services = new HttpServices({
      local: new Dispatcher(),
      addressOf: () => this.cable.address,
      tls: options.tls ?? (await this.certificates(self)),
      self,
      log: this.#log,
      ...options,
    });
    this.#close.push(() => services.close());
    return services;
  }

  async close(): Promise<void> {
    for (const close of this.#close) await close();
    await this.server.close();
    await this.cable.part();
    await rm(this.folder, { recursive: true });
  }
}

export interface RawAnswer {
  readonly status: number | undefined;
  readonly head: string;
  /** The JSON of the frames that are messages. */
  readonly messages: unknown[];
}

/** A request without anything of ours in between; `frames` as they are sent. */
export function ask(port: number, tls: RequestOptions, path: string, frames: readonly Buffer[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method: 'POST', servername: dnsNameOf('audit'), agent: false, ...tls },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            head: response.rawHeaders.join('\n'),
            messages: messagesIn(Buffer.concat(chunks)),
          }),
        );
      },
    );
    sent.on('error', reject);
    for (const frame of frames) sent.write(frame);
    sent.end();
  });
}

export const callFrame = (input: unknown, call: object, more: object = {}): Buffer => {
  const { signal: _signal, ...sent } = call as { signal?: AbortSignal };
  return messageFrame({ input, call: sent, body: false, traceparent: '', ...more });
};

function messagesIn(bytes: Buffer): unknown[] {
  const messages: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    const content = bytes.subarray(at + 5, at + 5 + length);
    if (bytes[at] === 1) messages.push(JSON.parse(content.toString('utf8')));
    at += 5 + length;
  }
  return messages;
}
