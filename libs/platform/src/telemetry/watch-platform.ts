import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import type { OutboxRelay } from '../outbox/relay.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Delivery } from '../process/feed.ts';
import { boundedLook } from './bounded-look.ts';
import type { Readiness } from './dependencies.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { OnCall } from './watched-services.ts';

/** Seconds. From a statement to a scan; ours. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Ours: a scrape is given 10 s by default; what has no answer by then is left out of it. */
const LOOK_WITHIN_MS = 2_000;

export interface Durations {
  readonly onCall: OnCall;
  /** For the consumer group of that name. */
  readonly onDelivered: (group: string) => (type: string, outcome: Delivery, seconds: number) => void;
}

/**
 * How long things take: units of work from now on, calls and deliveries by whoever makes them. Labels are names out of
 * the code (contexts, operations, event types) and outcomes: no tenant, no id, so their number is known when it is built.
 */
export function watchDurations(metrics: Registry, databases: readonly Database[]): Durations {
  const registers = [metrics];
  const work = new DurationHistogram({
    name: 'unit_of_work_duration_seconds',
    help: 'From its wait for a connection until it was committed or rolled back',
    buckets: BUCKETS,
    registers,
  });
  for (const database of databases) {
    const context = database.owner;
    const committed = work.observer({ context, outcome: 'committed' });
    const rolledBack = work.observer({ context, outcome: 'rolled_back' });
    database.onWorkDone = (isCommitted, seconds) => (isCommitted ? committed : rolledBack)(seconds);
  }
  const calls = new DurationHistogram({
    name: 'service_call_duration_seconds',
    help: 'Calls to other contexts as the caller sees them; of a stream, until it began',
    buckets: BUCKETS,
    registers,
  });
  const deliveries = new DurationHistogram({
    name: 'event_delivery_duration_seconds',
    help: 'One try to handle an event, with its unit of work',
    buckets: BUCKETS,
    registers,
  });
  return {
    onCall: calls.byNames((operation, outcome) => ({ operation, outcome })),
    onDelivered: (group) => deliveries.byNames((type, outcome) => ({ group, type, outcome })),
  };
}

export interface Standing {
  readonly databases: readonly Database[];
  /** By context. */
  readonly relays: ReadonlyMap<string, Pick<OutboxRelay, 'stats'>>;
  readonly eventLog: Pick<EventLog, 'stats'>;
  readonly readiness: () => Promise<Readiness>;
}

/**
 * How things stand, looked at when they are scraped. What can't be looked at just now is left out, rather than told as
 * it once was; `dependency_up` says why.
 */
export function watchStanding(metrics: Registry, { databases, relays, eventLog, readiness }: Standing): void {
  watchOutboxes(metrics, relays);
  watchGroups(metrics, eventLog);
  watchConnections(metrics, databases);
  new Gauge({
    name: 'dependency_up',
    help: 'Whether what the process leans on answers: 1 or 0',
    labelNames: ['dependency'],
    registers: [metrics],
    async collect() {
      for (const [dependency, state] of Object.entries((await readiness()).dependencies))
        this.set({ dependency }, state === 'up' ? 1 : 0);
    },
  });
}

function watchOutboxes(metrics: Registry, relays: Standing['relays']): void {
  const looks = [...relays].map(
    ([context, relay]) => [context, boundedLook(() => relay.stats(), LOOK_WITHIN_MS)] as const,
  );
  const seen = () => Promise.all(looks.map(async ([context, look]) => ({ context, stats: await look() })));
  const labels = { labelNames: ['context'] as const, registers: [metrics] };
  new Gauge({
    name: 'outbox_oldest_age_seconds',
    help: 'Age of the oldest event that is committed and not yet published',
    ...labels,
    async collect() {
      const found = await seen();
      this.reset();
      for (const { context, stats } of found) if (stats) this.set({ context }, stats.oldestAgeSeconds);
    },
  });
  new Gauge({
    name: 'outbox_pending_events',
    help: 'Events that are committed and not yet published',
    ...labels,
    async collect() {
      const found = await seen();
      this.reset();
      for (const { context, stats } of found) if (stats) this.set({ context }, stats.pending);
    },
  });
}

function watchGroups(metrics: Registry, eventLog: Standing['eventLog']): void {
  const look = boundedLook(() => eventLog.stats(), LOOK_WITHIN_MS);
  const labels = { labelNames: ['group'] as const, registers: [metrics] };
  new Gauge({
    name: 'event_log_lag_events',
    help: 'Events that a consumer group has not done with',
    ...labels,
    async collect() {
      const groups = await look();
      this.reset();
      for (const { group, lag } of groups ?? []) this.set({ group }, lag);
    },
  });
  new Gauge({
    name: 'event_log_parked_events',
    help: 'Events that a consumer group could not handle and that wait for a replay',
    ...labels,
    async collect() {
      const groups = await look();
      this.reset();
      for (const { group, parked } of groups ?? []) this.set({ group }, parked);
    },
  });
}

function watchConnections(metrics: Registry, databases: readonly Database[]): void {
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections in use and idle, and callers that wait for one; apart for units of work and for everything else',
    labelNames: ['context', 'pool', 'state'],
    registers: [metrics],
    collect() {
      for (const database of databases) {
        for (const [pool, counts] of Object.entries(database.connections()))
          for (const [state, count] of Object.entries(counts))
            this.set({ context: database.owner, pool, state }, count as number);
      }
    },
  });
}
