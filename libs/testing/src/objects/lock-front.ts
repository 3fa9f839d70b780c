import { once } from 'node:events';
import { createServer, request as ask, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it went by: what was asked of S3, without its body. */
export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const MODE = 'x-amz-object-lock-mode';
const UNTIL = 'x-amz-object-lock-retain-until-date';
const DENIED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';

/**
 * Stands before S3Mock and adds what that lacks: S3Mock 4.7.0 drops the lock that comes with a put, does not tell of it
 * and removes what is locked. Here, as AWS documents S3 Object Lock: a put's lock belongs to the version that it makes,
 * HEAD and GET tell of it, and that version's removal is refused until the lock ends.
 */
export class LockFront {
  /** All requests so far. */
  readonly seen: SeenRequest[] = [];
  readonly #target: URL;
  readonly #locks = new Map<string, { readonly mode: string; readonly until: string }>();
  readonly #server: Server;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => {
      this.seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
      if (this.#isRefused(request)) {
        response.writeHead(403, { 'content-type': 'application/xml' }).end(DENIED);
        return;
      }
      const { hostname, port } = this.#target;
      const { method, url: path, headers } = request;
      const onward = ask({ hostname, port, method, path, headers }, (answer) => {
        this.#keepLock(request, answer);
        response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...this.#told(request, answer) });
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
  }

  static async open(target: string): Promise<LockFront> {
    const front = new LockFront(target);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #keepLock(request: IncomingMessage, answer: IncomingMessage): void {
    const { [MODE]: mode, [UNTIL]: until } = request.headers;
    const version = versionIn(answer);
    if (request.method !== 'PUT' || answer.statusCode !== 200 || !version || !mode || !until) return;
    this.#locks.set(version, { mode: String(mode), until: String(until) });
  }

  #told(request: IncomingMessage, answer: IncomingMessage): Record<string, string> {
    const lock = this.#locks.get(versionIn(answer) ?? '');
    if (lock === undefined || !['GET', 'HEAD'].includes(request.method ?? '')) return {};
    return { [MODE]: lock.mode, [UNTIL]: lock.until };
  }

  #isRefused(request: IncomingMessage): boolean {
    if (request.method !== 'DELETE') return false;
    const version = new URL(request.url ?? '/', 'http://s3').searchParams.get('versionId');
    return Date.parse(this.#locks.get(version ?? '')?.until ?? '') > Date.now();
  }
}

const versionIn = (answer: IncomingMessage): string | undefined => {
  const version = answer.headers['x-amz-version-id'];
  return typeof version === 'string' ? version : undefined;
};
