export { compose, type ProcessOptions, type Running } from './process/compose.ts';
export { readSettings } from './process/settings.ts';
export { openLog, LOG_LEVELS, type LogLevel, type ProcessLog } from './process/log.ts';
export type { Platform } from './process/platform.ts';
export { rowPolicy, purposesAcrossTenants } from './database/provision.ts';
