import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ours: a service starts in two seconds; five at once on two cores, under other load, take several times that. */
const READY_WITHIN_MS = 120_000;
/** Ours: what a service may take to end when asked to (30 s), and some. */
const STOP_WITHIN_MS = 40_000;
const LOOK_EVERY_MS = 25;

/** The apps, from the sources as well as from the build. */
export const APPS = join(import.meta.dirname, '../../../../apps');
const mainOf = (app: string): string => join(APPS, app, 'dist/main.js');

export type Environment = Readonly<Record<string, string>>;

export interface ServiceSpec {
  /** The app's folder: `vitals-inference`. */
  readonly app: string;
  readonly env: Environment;
  readonly opsUrl: string;
  /** Where it writes its output to. */
  readonly log: string;
}

/** One service as a process of its own, as it runs in a container: it can be killed, asked to stop and started again. */
export class ServiceProcess {
  #child: ChildProcess | undefined;

  constructor(
    readonly spec: ServiceSpec,
    /** Of a process that runs already. */
    private running: number | undefined = undefined,
  ) {}

  /** Resolves when it says that it has started. */
  async start(): Promise<void> {
    const { app, env, log } = this.spec;
    const child = spawnInto(log, app, env);
    this.#child = child;
    this.running = child.pid;
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.answers('/health/startup'))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`${app} did not start:\n${this.output().slice(-4_000)}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  get pid(): number | undefined {
    return this.running;
  }

  get isRunning(): boolean {
    return this.running !== undefined && isAlive(this.running);
  }

  async answers(path: string): Promise<boolean> {
    return fetch(this.spec.opsUrl + path).then(
      (response) => response.ok,
      () => false,
    );
  }

  /** Everything it has written, in this life and those before. */
  output(): string {
    return readFileSync(this.spec.log, 'utf8');
  }

  /** As a power cut would: no signal handler, no goodbye. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Resolves to the exit code; `null` where it had to be killed, or was started by another process. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.running !== undefined) await endOf(this.running, signal);
    // Its end is seen before its parent, who may be us, has been told of it.
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.exitCode ?? null;
  }
}

/** Asks a process to end, and makes it where it does not. Resolves when it is gone. */
async function endOf(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  const deadline = performance.now() + STOP_WITHIN_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline) process.kill(pid, 'SIGKILL');
    await sleep(LOOK_EVERY_MS);
  }
}

const spawnInto = (log: string, app: string, env: Environment): ChildProcess => {
  const file = openSync(log, 'a', 0o600);
  try {
    return spawn(process.execPath, [mainOf(app)], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', file, file],
    });
  } finally {
    closeSync(file);
  }
};

/** One that has exited and is not yet collected by its parent is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Runs an app that ends by itself; throws with what it wrote where it failed. */
export async function runToEnd({ app, env, log }: Omit<ServiceSpec, 'opsUrl'>): Promise<void> {
  const child = spawnInto(log, app, env);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${app} ended with ${code}:\n${readFileSync(log, 'utf8')}`);
}
