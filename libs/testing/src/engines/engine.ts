import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ours: the slowest engine takes nine seconds; a machine under load several times that. */
const READY_WITHIN_MS = 120_000;
const OUTPUT_KEPT = 20_000;

export interface EngineSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether it answers. Asked until it is so. */
  readonly ready: () => Promise<boolean>;
}

/** A real engine as a process of its own on loopback, that can be killed and started again on the same data. */
export class Engine {
  #child: ChildProcess | undefined;
  #output = '';

  constructor(readonly spec: EngineSpec) {}

  async start(): Promise<void> {
    const { command, args, env, cwd, name, ready } = this.spec;
    const child = spawn(command, [...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child = child;
    let failure: Error | undefined;
    child.on('error', (error) => (failure = error));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString('utf8')).slice(-OUTPUT_KEPT);
      });
    }
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await ready().catch(() => false))) {
      if (failure ?? child.exitCode ?? child.signalCode)
        throw new Error(`${name} could not be started: ${failure?.message ?? ''}\n${this.#output}`);
      if (performance.now() > deadline) throw new Error(`${name} did not become ready:\n${this.#output}`);
      await sleep(50);
    }
  }

  get output(): string {
    return this.#output;
  }

  /** As a power cut would. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    // One that does not go when asked is made to.
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await once(child, 'exit');
    clearTimeout(timer);
  }
}

/** What was handed out and may not be listened on yet: the kernel gives a port that was let go of again, one time in a few hundred. */
const handedOut = new Set<number>();

/** A port on loopback that nobody listened on a moment ago, and that nobody else here was given. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  if (handedOut.has(port)) return freePort();
  handedOut.add(port);
  return port;
}

export const listensOn = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

export const answers = async (url: string): Promise<boolean> => (await fetch(url)).ok;
