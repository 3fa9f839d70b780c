import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './failures.ts';

const run = promisify(execFile);

/** What a running server says of itself in postmaster.pid (PostgreSQL 18, src/include/utils/pidfile.h). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'ready' | 'stopping';
}

/** The same, and how far its last change of status is from now, in milliseconds; the clock may have been set back. */
export interface AgedPostmasterFile extends PostmasterFile {
  readonly ageMs: number;
}

// Lines 1, 4 and 8 of the file, counted from 0; the status is padded with blanks and missing at the very start.
const PID_LINE = 0;
const PORT_LINE = 3;
const STATUS_LINE = 7;

/** Reads the file's text; undefined where it holds no process id (an empty file after a power failure). */
export const parsePostmasterFile = (text: string): PostmasterFile | undefined => {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[PID_LINE]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const status = lines[STATUS_LINE];
  const known = status === 'ready' || status === 'stopping' ? status : 'starting';
  return { pid, port: Number(lines[PORT_LINE]) || 0, status: known };
};

export const postmasterFileOf = (data: string): string => join(data, 'postmaster.pid');

// Ours: a server fills the file right after making it.
const EMPTY_GRACE_MS = 1_000;

/**
 * The file of the server in `data`, or undefined where there is none. One that stays empty was cut off by a power
 * failure; PostgreSQL would refuse to start over it, so it is removed.
 */
export const readPostmasterFile = async (data: string): Promise<AgedPostmasterFile | undefined> => {
  const path = postmasterFileOf(data);
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const ageMs = Math.abs(Date.now() - mtimeMs);
    const file = parsePostmasterFile(text);
    if (file !== undefined) return { ...file, ageMs };
    if (text === '' && ageMs > EMPTY_GRACE_MS) await rm(path, { force: true });
    return undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Whether the number is taken, by whomever, be it only by a dead process that nobody has collected yet. */
export const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
};

/**
 * Whether a process of that number is at work. The dead stay listed until they are collected, which in a container may
 * be never; proc(5) shows them as state Z after the parenthesised name.
 */
export const isAlive = (pid: number): boolean => exists(pid) && !/\) Z /.test(processStat(pid));

const processStat = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
};

// Above every system's highest (Linux: 4194304, macOS: 99999), so it is never taken.
const NOBODY = 99_999_999;

/**
 * Makes PostgreSQL see the lock file as left behind, where its number is taken by another process. The rest stays: it
 * names the shared memory by which PostgreSQL finds sessions that survived their server. Does nothing if another start
 * has put a number of its own there.
 */
export const disown = async (data: string, pid: number): Promise<void> => {
  const path = postmasterFileOf(data);
  const text = await readFile(path, 'utf8').catch(() => '');
  if (parsePostmasterFile(text)?.pid === pid) await writeFile(path, text.replace(/^.*/, String(NOBODY)));
};

// Ours: ps lists one process.
const PS_TIMEOUT_MS = 5_000;

/**
 * Whether process `pid` is a PostgreSQL server at work in `data`. After a reboot, or in a new container, the number in
 * a left-over postmaster.pid often belongs to something else, and PostgreSQL itself would then refuse to start.
 */
export const isServerOf = async (pid: number, data: string): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)], { timeout: PS_TIMEOUT_MS }).catch(() => ({
      stdout: '',
    }));
    return stdout.includes('postgres');
  }
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (name.trim() !== 'postgres') return false;
  // A server works inside its data directory. Where we may not look (root without CAP_SYS_PTRACE), assume the worst.
  const [works, ours] = await Promise.all([stat(`/proc/${pid}/cwd`).catch(() => undefined), stat(data)]);
  return works === undefined ? isAlive(pid) : works.dev === ours.dev && works.ino === ours.ino;
};
