import pino, { type DestinationStream } from 'pino';
import type { Log, LogFields } from '../ports/log.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Ours: lines gather up to this size before they are written, which halves the cost of a line; see FLUSH_MS. */
const BUFFER_BYTES = 4_096;
const FLUSH_MS = 500;

export interface ProcessLog extends Log {
  readonly pino: pino.Logger;
  close(): void;
}

/**
 * One JSON line per event: its name and a flat record of ids, numbers and enums. The type admits no sentence and no
 * object, so no value that came in from outside can get here by accident.
 */
export function openLog(options: {
  readonly level: LogLevel;
  readonly service: string;
  readonly stream?: DestinationStream;
}): ProcessLog {
  const destination = options.stream ?? pino.destination({ fd: 2, sync: true, minLength: BUFFER_BYTES });
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: 'event',
      formatters: { level: (level) => ({ level }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
  const flush = (): void => {
    // Before the file descriptor is open there is nothing to flush, and saying so is an exception.
    if ('flushSync' in destination) {
      try {
        (destination as { flushSync(): void }).flushSync();
      } catch {
        return;
      }
    }
  };
  const timer = setInterval(flush, FLUSH_MS);
  timer.unref();
  return {
    pino: logger,
    debug: (event: string, fields: LogFields = {}) => logger.debug(fields, event),
    info: (event: string, fields: LogFields = {}) => logger.info(fields, event),
    warn: (event: string, fields: LogFields = {}) => logger.warn(fields, event),
    error: (event: string, fields: LogFields = {}) => logger.error(fields, event),
    close: () => {
      clearInterval(timer);
      flush();
    },
  };
}
