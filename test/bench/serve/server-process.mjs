import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** A server in a process of its own, whose CPU can be read from outside. The module sends `{ url, headers }` when it listens. */
export async function startServer(module, role) {
  const child = fork(module, [role]);
  const [{ url, headers }] = await once(child, 'message');
  return { url, headers, pid: child.pid, stop: () => child.kill() };
}

/** CPU milliseconds so far, user and system. proc(5): fields 14 and 15 of /proc/PID/stat, in hundredths of a second. */
export function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The most memory it ever held, in megabytes. proc(5): VmHWM. */
export function peakMemoryMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
