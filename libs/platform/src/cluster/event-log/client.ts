import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { Fault, SECOND_MS } from '@smartscan/kernel';
import type { RetryPolicy } from '../../event-log/retry.ts';
import type { Log } from '../../ports/log.ts';

export interface KafkaOptions {
  /** `HOST:PORT` of some brokers; the others are learned from them. */
  readonly brokers: readonly string[];
  /** What the brokers call this process in their logs and quotas. */
  readonly clientId: string;
  readonly log: Log;
  /** TLS, as `tls.connect` takes it (`ca`, `cert`, `key`). Whoever makes the options decides where plain text is allowed. */
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  /** Of topics that are new; ours: 6. A topic that exists keeps its number, since keys belong to partitions by it. */
  readonly partitions?: number;
  /** How many brokers keep each event; ours: 3. */
  readonly replicas?: number;
  /** How many of them must have it before it counts as written; ours: all but one, so that one may be away. */
  readonly minInSync?: number;
  /** Whether topics that are missing are made when they are needed. Only the migration has the right to in production. */
  readonly createsTopics?: boolean;
  /** Quick tries, while nothing newer of the partition is delivered. */
  readonly inPlace?: RetryPolicy;
  /** Tries from the retry topic, while nothing newer of the key is delivered; the pauses come before them. */
  readonly later?: RetryPolicy;
  /** How long a member that says nothing keeps its share; ours: 10 s. */
  readonly sessionTimeoutMs?: number;
  /** How many partitions of a group are worked on at a time; ours: 4, half of a context's connections. */
  readonly partitionsAtOnce?: number;
}

/** All bounds settled. */
export type KafkaSettings = Required<Omit<KafkaOptions, 'ssl' | 'sasl'>> &
  Pick<KafkaOptions, 'ssl' | 'sasl'> & { readonly complain: (part: string) => void };

/** Ours: 0.55 s in all, which outlasts a deadlock and a lost connection; what takes longer waits in the retry topic. */
const IN_PLACE: RetryPolicy = { attempts: 3, firstPauseMs: 50, lastPauseMs: 500 };
/** Ours: half an hour in all, which outlasts a release that goes wrong and is rolled back. */
const LATER: RetryPolicy = { attempts: 10, firstPauseMs: 2 * SECOND_MS, lastPauseMs: 900 * SECOND_MS };
const DEFAULTS = { partitions: 6, replicas: 3, sessionTimeoutMs: 10 * SECOND_MS, partitionsAtOnce: 4 };

export function settle(options: KafkaOptions): KafkaSettings {
  const replicas = options.replicas ?? DEFAULTS.replicas;
  const minInSync = Math.max(1, replicas - 1);
  const complain = complainer(options.log);
  return {
    ...DEFAULTS,
    inPlace: IN_PLACE,
    later: LATER,
    createsTopics: false,
    replicas,
    minInSync,
    ...options,
    complain,
  };
}

/** Of the client's lines only where they come from: their texts are the brokers' and name hosts and addresses. */
function complainer(log: Log): (part: string) => void {
  const heard = new Map<string, number>();
  return (part) => {
    const now = performance.now();
    if (now - (heard.get(part) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_EVERY_MS) return;
    heard.set(part, now);
    log.warn('kafka.client', { part });
  };
}

/** Ours: while a broker is away, the client has ten lines a second to say about it. */
const COMPLAIN_EVERY_MS = 10 * SECOND_MS;
/** Ours: a connection within a data centre takes milliseconds, with TLS and SASL some tens of them. */
const CONNECT_WITHIN_MS = 3 * SECOND_MS;
/** Ours: a broker that has not answered by then is tried again or given up. */
const ANSWER_WITHIN_MS = 5 * SECOND_MS;
/** Ours: 1.5 s of tries; then whoever asked says what becomes of it. Given in full: the client has other ones in tests. */
export const CLIENT_RETRY = { initialRetryTime: 100, multiplier: 2, factor: 0.2, maxRetryTime: 1_000, retries: 4 };

/** A client of its own for whoever calls: members of one group must not share one, it knows a group's offsets once. */
export function connectTo({ brokers, clientId, ssl, sasl, complain }: KafkaSettings): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: CONNECT_WITHIN_MS,
    requestTimeout: ANSWER_WITHIN_MS,
    retry: CLIENT_RETRY,
    logLevel: logLevel.ERROR,
    logCreator: () => (entry) => complain(entry.namespace.replace(/\W.*/, '')),
  });
}

/** What an error of the client's is called: the broker's name for it where there is one. Never its text. */
export function reasonOf(error: unknown): string {
  let innermost = error as { name?: unknown; type?: unknown; code?: unknown; cause?: unknown } | undefined;
  while (innermost?.cause instanceof Error) innermost = innermost.cause as typeof innermost;
  const name = [innermost?.type, innermost?.code, innermost?.name].find((one) => typeof one === 'string');
  return typeof name === 'string' && /^[A-Za-z0-9_.]{1,64}$/.test(name) ? name : 'unknown';
}

/** What a caller is told. An error that is a Fault already stays what it is. */
export function asUnavailable(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (reasonOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION')
    return new Fault('unavailable', 'platform.topic_missing', 'A topic of the event log is missing.', {
      remedy: 'Run the migration, which makes the topics of every context.',
    });
  return new Fault('unavailable', 'platform.event_log_unavailable', 'The event log does not answer just now.', {
    remedy: 'Nothing is lost: what waits is tried again by itself. See that the brokers run.',
    retryAfterSeconds: 5,
    members: { reason: reasonOf(error) },
  });
}

export const closedFault = (): Fault =>
  new Fault('unavailable', 'platform.event_log_closed', 'The event log is closed.');

/** The work's outcome, or after `ms` an error. What the work still does then has no listener. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('No answer in time.'), { code: 'TIMED_OUT' })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
