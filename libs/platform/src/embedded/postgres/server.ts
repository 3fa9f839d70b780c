import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { open, readFile, statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reason } from './failures.ts';
import { diskFault, errorCode, reasonOf, timedOut } from './failures.ts';
import type { Place } from './place.ts';
import { processOptions, withSeen } from './place.ts';
import { isAlive, readPostmasterFile } from './postmaster-file.ts';
import type { ServerSettings } from './settings.ts';
import { serverArguments } from './settings.ts';

/**
 * Runs as the server's parent, so that the server's process id stays its own until it is collected. Its standard input
 * is a pipe from us: when we die, by whatever death, the pipe ends and it asks the server for a fast shutdown; nobody
 * is left behind. It ignores the signals that a terminal or a service manager sends to everybody, so the server outlives
 * our drain. No core dumps, and where they go to a collector in spite of the limit, none of our memory in them (core(5)).
 */
const KEEPER = `
ulimit -c 0
{ echo 0 >/proc/self/coredump_filter; } 2>/dev/null
trap '' HUP INT QUIT TERM
exec 4<&0 </dev/null
"$@" >&2 4<&- &
server=$!
echo $server
exec >&- 3<&-
( while read -r line; do :; done; while kill -INT $server; do sleep 1; done ) <&4 2>/dev/null &
watcher=$!
exec 4<&-
wait $server
status=$?
kill -KILL $watcher
wait $watcher
exit $status
`;

// Ours: replay after a crash is bounded by max_wal_size (256 MB), which a slow disk reads in ten seconds.
const START_TIMEOUT_MS = 60_000;
// Ours: the file is one read from the page cache (30 µs); a start takes 60-100 ms.
const POLL_MS = 3;
// Ours: the final checkpoint writes 64 MB of shared buffers at most.
const FAST_STOP_MS = 10_000;
// PostgreSQL kills its own children 5 s after an immediate shutdown (SIGKILL_CHILDREN_AFTER_SECS); 1 s to follow.
const IMMEDIATE_STOP_MS = 6_000;
// Ours: PostgreSQL needs a few blocks for its lock file and control file.
const LEAST_FREE_BYTES = 1_048_576;

/** A server process that we started. */
export interface Server {
  readonly pid: number;
  /** Settles when the process is gone, however it ended. */
  readonly exited: Promise<void>;
  readonly isRunning: () => boolean;
}

/** Starts the server and waits until it takes connections, or tells why it did not. */
export const launch = async (place: Place, settings: ServerSettings): Promise<Server | Reason> => {
  const log = await open(place.log, 'a', 0o600).catch((error: unknown) => {
    throw diskFault(error, place.directory);
  });
  try {
    const { size } = await log.stat();
    const launched = await withSeen(place, place.cluster, async ({ path, descriptor }) => {
      const command = [place.binaries.postgres, '-D', `${path}/data`, ...serverArguments(settings)];
      // Its own session: Ctrl-C reaches us, not it. Followed from its first moment: it may be gone in the next.
      return follow(
        spawn('/bin/sh', ['-c', KEEPER, 'sh', ...command], {
          ...processOptions(place),
          detached: true,
          stdio: ['pipe', 'pipe', log.fd, descriptor],
        }),
      );
    });
    return (await untilReady(launched, place)) ?? (await whyNot(place, size));
  } finally {
    await log.close();
  }
};

interface Launched {
  /** The server's process id, which the keeper prints; 0 where it came to nothing. */
  readonly pid: Promise<number>;
  readonly exited: Promise<void>;
  readonly isRunning: () => boolean;
}

const follow = (child: ChildProcess): Launched => {
  let running = true;
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      running = false;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  const printed = new Promise<number>((resolve) => {
    child.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString('utf8'))));
  });
  return { pid: Promise.race([printed, exited.then(() => 0)]), exited, isRunning: () => running };
};

const untilReady = async (launched: Launched, place: Place): Promise<Server | undefined> => {
  const { exited, isRunning } = launched;
  const pid = await launched.pid;
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (isRunning()) {
    const file = await readPostmasterFile(place.data);
    if (file?.pid === pid && file.status === 'ready') return { pid, exited, isRunning };
    if (performance.now() > deadline) {
      await stopProcess(pid, place.directory);
      throw timedOut('start', place.directory);
    }
    await Promise.race([sleep(POLL_MS), exited]);
  }
  return undefined;
};

const whyNot = async (place: Place, logSize: number): Promise<Reason> => {
  const written = (await readFile(place.log)).subarray(logSize).toString('utf8');
  const reason = reasonOf(written);
  if (reason !== 'failed') return reason;
  // On a full disk the log stays empty, too.
  const { bavail, bsize } = await statfs(place.directory);
  return bavail * bsize < LEAST_FREE_BYTES ? 'disk_full' : reason;
};

/**
 * Fast shutdown (sessions are ended, a checkpoint is written), then, if that takes too long, an immediate one, from which
 * the next start recovers. Fault `platform.postgres_timeout` if the server outlives both.
 */
export const stopProcess = async (pid: number, directory: string): Promise<void> => {
  for (const [signal, patience] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    signalProcess(pid, signal);
    const deadline = performance.now() + patience;
    while (isAlive(pid) && performance.now() < deadline) await sleep(POLL_MS);
    if (!isAlive(pid)) return;
  }
  throw timedOut('stop', directory);
};

const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
};
