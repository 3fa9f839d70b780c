import { randomBytes } from 'node:crypto';
import type { Envelope } from '../../ports/event-log.ts';
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

/** Lets `handle` receive a group's events of a type; resolves when the member has its share. */
export async function listen(
  log: KafkaEventLog,
  group: string,
  { topic, type }: Pick<Envelope, 'topic' | 'type'>,
  handle: (envelope: Envelope) => Promise<void> | void,
): Promise<{ close(): Promise<void> }> {
  const strategy = log.strategy(group, [topic]);
  strategy.addHandler(type, async (envelope: Envelope) => handle(envelope), true);
  await new Promise<void>((resolve, reject) => {
    strategy.listen((error) => (error === undefined ? resolve() : reject(error as Error)));
  });
  return strategy;
}

export const testEvent = (key: string, differing: Partial<Envelope> = {}): Envelope => ({
  id: `evt_${randomBytes(13).toString('hex').toUpperCase()}`,
  type: 'shop.thing_sold.v1',
  topic: 'smartscan.shop',
  key,
  time: new Date().toISOString(),
  tenant: 'wsp_00000000000000000000000000',
  actor: { kind: 'system', id: 'test' },
  purpose: 'provide_service',
  requestId: 'req_00000000000000000000000000',
  region: 'eu-west-1',
  traceparent: '',
  body: '{"n":0}',
  ...differing,
});
