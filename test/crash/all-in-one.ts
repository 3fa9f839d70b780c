import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ours: a start takes one to three seconds; a machine under load may take ten times that. */
const READY_WITHIN_MS = 60_000;
const MAIN = join(import.meta.dirname, '../../apps/all-in-one/dist/main.js');

export interface Alive {
  readonly url: string;
  /** As a power cut would: no signal handler, no goodbye. */
  kill(): Promise<void>;
  stop(): Promise<number | null>;
  /** Everything it has written to stdout and stderr. */
  output(): string;
}

/** A data directory in which the whole platform is started and killed again and again, as a real process. */
export class Machine {
  private running: ChildProcess | undefined;

  private constructor(readonly directory: string) {}

  static async make(): Promise<Machine> {
    const directory = await mkdtemp(join(tmpdir(), 'smartscan-crash-'));
    await chmod(directory, 0o711);
    // The first start's sample scan is not what is tested here.
    await writeFile(join(directory, 'demo-workspace'), 'none\n');
    return new Machine(directory);
  }

  async start(): Promise<Alive> {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'],
        SMARTSCAN_PORT: '0',
        SMARTSCAN_OPS_PORT: '0',
        SMARTSCAN_DATA_DIRECTORY: this.directory,
        SMARTSCAN_LOG_LEVEL: 'debug',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.running = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const url = await readyUrl(child, () => output);
    return {
      url,
      output: () => output,
      kill: async () => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      },
      stop: async () => {
        child.kill('SIGTERM');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        return child.exitCode;
      },
    };
  }

  /** Also after a test that failed half-way. */
  async remove(): Promise<void> {
    if (this.running && this.running.exitCode === null && this.running.signalCode === null) {
      this.running.kill('SIGTERM');
      await once(this.running, 'exit');
    }
    await rm(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function readyUrl(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const url = /Ready: (http:\/\/\S+)/.exec(output())?.[1];
    if (url) return url;
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`The process did not become ready:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
