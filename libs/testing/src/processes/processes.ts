import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * What Linux tells of running processes, in /proc (proc(5)). One may end at any moment, between two reads as well: of one that
 * is gone there is nothing.
 */
const attempt = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

/** A file of `/proc/<pid>`; empty where the process is gone, or has ended and waits to be asked. */
export const processFile = (pid: string, name: string): string =>
  attempt(() => readFileSync(`/proc/${pid}/${name}`, 'latin1'), '');

/** Ids of all processes below one, `self` where it is this. Children belong to the thread that started them. */
export const descendants = (pid: string): readonly string[] => {
  const threads = attempt(() => readdirSync(`/proc/${pid}/task`), []);
  const children = threads.flatMap((thread) => processFile(pid, `task/${thread}/children`).split(' ').filter(Boolean));
  return children.flatMap((child) => [child, ...descendants(child)]);
};

/** Files that a process holds open for writing now. */
export const heldForWriting = (pid: string): readonly string[] =>
  attempt(() => readdirSync(`/proc/${pid}/fd`), []).flatMap((fd) => {
    const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '');
    const [, flags = '0'] = /flags:\s*(\d+)/.exec(processFile(pid, `fdinfo/${fd}`)) ?? [];
    const writable = (parseInt(flags, 8) & 3) !== 0;
    return writable && attempt(() => statSync(target).isFile(), false) ? [target] : [];
  });

/** Whether a process is a decoder, or still the shell that limits one: what it decodes comes through a pipe. */
export const isDecoder = (pid: string): boolean => processFile(pid, 'cmdline').includes('pipe:0');

/** Has all that nobody refers to given back: what is held then is held by somebody, however busy the machine is. */
export const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};
