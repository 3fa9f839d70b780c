export { compose, type ProcessOptions, type Running } from './process/compose.ts';
export { readSettings } from './process/settings.ts';
export { openLog, LOG_LEVELS, type LogLevel, type ProcessLog } from './process/log.ts';
export { STOP_WITHIN_MS, stopsInTime, untilSignal, type HostProcess } from './process/until-signal.ts';
export type { Platform } from './process/platform.ts';
export { rowPolicy, purposesAcrossTenants } from './database/provision.ts';
export { startTracing, type Tracing, type TracingOptions } from './telemetry/start-tracing.ts';
