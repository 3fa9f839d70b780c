import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { descendants, heldForWriting } from './processes.ts';

export interface Observed {
  readonly stdout: string;
  /** What was done that must not be done: calls, or files held open for writing. */
  readonly trespasses: readonly string[];
}

/** Every call by which a process can reach a file, a new name, or the network. */
const TRACED = [
  ...['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'link', 'linkat', 'symlink'],
  ...['symlinkat', 'rename', 'renameat', 'renameat2', 'truncate', 'ftruncate', 'memfd_create', 'shmget'],
  ...['socket', 'connect', 'bind', 'listen'],
].join(',');
const WRITES = /O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|^(creat|mkdir|mknod|link|symlink|rename|f?truncate|memfd|shmget)/;
const NETWORK = /^(socket|connect|bind|listen)\((?!.*AF_UNIX)/;

const straced = (command: readonly string[], env: NodeJS.ProcessEnv, log: string): Observed => {
  const options = ['-f', '-qq', '-s', '300', '-e', `trace=${TRACED}`, '-o', log];
  const { stdout } = spawnSync('strace', [...options, ...command], { env, encoding: 'utf8' });
  const calls = readFileSync(log, 'utf8').split('\n');
  const named = calls.map((call) => call.replace(/^\d+\s+/, ''));
  // Node opens it at its start, to be sure that descriptors 0 to 2 exist; it holds nothing.
  const writes = named.filter((call) => WRITES.test(call) && !call.includes('"/dev/null", O_RDWR'));
  return { stdout, trespasses: [...writes, ...named.filter((call) => NETWORK.test(call))] };
};

/** Without strace: looks again and again at what the process and its descendants hold open. */
const watched = async ([file, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Observed> => {
  const child = spawn(file!, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const stdout = text(child.stdout);
  const trespasses = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of [String(child.pid), ...descendants(String(child.pid))])
      heldForWriting(pid).forEach((held) => trespasses.add(held));
  }, 2);
  await once(child, 'close');
  clearInterval(timer);
  return { stdout: await stdout, trespasses: [...trespasses] };
};

const hasStrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;

/** Runs a command to its end, with all that it starts, and looks what it does to files and the network. */
export const observe = async (command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Observed> => {
  if (!hasStrace) return watched(command, env);
  const folder = mkdtempSync(path.join(tmpdir(), 'observed-'));
  try {
    return straced(command, env, path.join(folder, 'calls'));
  } finally {
    rmSync(folder, { recursive: true });
  }
};
