/** What a process gives to what runs in it; `process` itself fits. */
export interface HostProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): never;
}

/** Ours: a scan that is running takes some seconds to end, an upload up to two minutes; Kubernetes gives 30 s. */
export const STOP_WITHIN_MS = 30_000;
/** What a shell reports of a process that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export const untilSignal = (host: HostProcess): Promise<void> =>
  new Promise((resolve) => {
    let told = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      host.on(signal, () => {
        if (told) host.exit(INTERRUPTED);
        told = true;
        resolve();
      });
    }
  });

/** Whether everything came to its end in time. */
export async function stopsInTime(stop: () => Promise<void>, withinMs = STOP_WITHIN_MS): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), withinMs);
  });
  const inTime = await Promise.race([stop().then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
