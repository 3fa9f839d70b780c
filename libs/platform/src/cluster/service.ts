import { asFault, Fault, SECOND_MS } from '@smartscan/kernel';
import type { Context } from '../ports/context.ts';
import { compose, type Running } from '../process/compose.ts';
import { openLog, type ProcessLog } from '../process/log.ts';
import { readSettings } from '../process/settings.ts';
import { STOP_WITHIN_MS, stopsInTime, untilSignal, type HostProcess } from '../process/until-signal.ts';
import { startTracing, type Tracing } from '../telemetry/start-tracing.ts';
import { cluster } from './place.ts';
import { serviceSettings, type ServiceSettings } from './settings.ts';

/** A service's own settings and those of its contexts, from the environment. Fault `platform.settings`. */
export const readServiceSettings = (environment: HostProcess['env'], contexts: readonly Context[]) =>
  readSettings(environment, serviceSettings, contexts);

/**
 * Runs contexts as a service of the cluster until SIGTERM: whatever an app's `main.ts` does. Resolves to the exit code: 0
 * where everything in flight came to its end.
 */
export async function runService(contexts: readonly Context[], host: HostProcess): Promise<number> {
  const service = contexts.map(({ name }) => name).join('+');
  const stopped = untilSignal(host);
  let log: ProcessLog | undefined;
  let tracing: Tracing | undefined;
  try {
    const { own, of } = readServiceSettings(host.env, contexts);
    log = openLog({ level: own.logLevel, service });
    tracing = tracingOf(service, own, log);
    const running = await started(own, of, contexts, log);
    log.info('service.started', { ops_url: running.opsUrl });
    await stopped;
    log.info('service.stopping');
    const inTime = await stopsInTime(() => running.stop());
    log[inTime ? 'info' : 'error']('service.stopped', { in_time: inTime, within_ms: STOP_WITHIN_MS });
    await tracing.close();
    return ended(host, log, inTime ? 0 : 1);
  } catch (error) {
    await tracing?.close();
    return ended(host, tellFailure(service, log, error), 1);
  }
}

const tracingOf = (service: string, settings: ServiceSettings, log: ProcessLog): Tracing =>
  startTracing({
    service,
    region: settings.region,
    version: settings.release,
    endpoint: settings.tracesEndpoint,
    sampleRatio: settings.tracesRatio,
    onLost: (spans) => log.warn('traces.lost', { spans }),
  });

async function started(
  settings: ServiceSettings,
  of: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  contexts: readonly Context[],
  log: ProcessLog,
): Promise<Running> {
  const { host, port, opsPort, drainSeconds } = settings;
  const options = { host, port, opsPort, drainMs: drainSeconds * SECOND_MS, settings: of };
  return compose(await cluster(settings, contexts, log), contexts, options);
}

/** Whatever a failed start or a late stop has left open may not keep the process. */
function ended(host: HostProcess, log: ProcessLog, code: number): number {
  log.close();
  return code === 0 ? code : host.exit(code);
}

/** A start that fails is read by whoever operates the service: the one line of the log that is a sentence, and only ours. */
export function tellFailure(service: string, given: ProcessLog | undefined, error: unknown): ProcessLog {
  const log = given ?? openLog({ level: 'info', service });
  const { code, message, extras } = asFault(error);
  const unforeseen = error instanceof Fault || !(error instanceof Error) ? {} : { stack: error.stack };
  log.error('service.start_failed', { code, reason: message, remedy: extras.remedy, ...unforeseen });
  return log;
}
