import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What stands before several processes of one service, as a cluster has it: a connection goes to the next of them in turn.
 * Callers keep theirs, so a test that wants the next call to reach another process says so.
 */
export class Front {
  /** Connections that were made to each. */
  readonly connections: number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;
  #only: number | undefined;

  private constructor(private readonly ports: readonly number[]) {
    this.connections = ports.map(() => 0);
    this.#server = createServer((near) => this.#carry(near));
  }

  /** Before processes that listen at these ports of this machine. */
  static async open(ports: readonly number[]): Promise<Front> {
    const front = new Front(ports);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Who calls connects anew: to this one from now on, or `'all'` in turn. Nothing may be under way. Resolves when the
   * callers have heard of it.
   */
  async turnTo(process: number | 'all'): Promise<void> {
    this.#only = process === 'all' ? undefined : process;
    const ends = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.#sockets) socket.end();
    await Promise.all(ends);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #carry(near: Socket): void {
    const at = this.#only ?? this.#next;
    this.#next = (at + 1) % this.ports.length;
    this.connections[at] = (this.connections[at] ?? 0) + 1;
    const far = connect(this.ports[at] as number, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
