import type { Log } from '../../ports/log.ts';
import { KafkaEventLog, type KafkaOptions } from './event-log.ts';

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Kafka's own least is 6 s; the test brokers allow 1. */
export const TEST_SESSION_MS = 3_000;

/** A log as a process has it, on one broker, with short pauses; topics come as they are needed. */
export const openTestLog = (options: Pick<KafkaOptions, 'brokers'> & Partial<KafkaOptions>): KafkaEventLog =>
  new KafkaEventLog({
    clientId: 'test',
    log: silent,
    replicas: 1,
    createsTopics: true,
    inPlace: { attempts: 3, firstPauseMs: 5, lastPauseMs: 20 },
    later: { attempts: 3, firstPauseMs: 20, lastPauseMs: 60 },
    sessionTimeoutMs: TEST_SESSION_MS,
    ...options,
  });
