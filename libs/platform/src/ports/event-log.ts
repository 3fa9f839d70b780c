import type { CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { Actor } from './call.ts';

/** One event as it travels: CloudEvents 1.0 attributes, extensions for tenant, actor and cause, and a JSON body. */
export interface Envelope {
  /** `evt_…`; the inbox knows an event again by it. */
  readonly id: string;
  /** `retention.policy_changed.v1` */
  readonly type: string;
  readonly topic: string;
  readonly key: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly tenant: string;
  readonly actor: Actor;
  readonly purpose: string;
  readonly requestId: string;
  readonly region: string;
  /** W3C Trace Context (CloudEvents distributed tracing extension); empty where nothing is traced. */
  readonly traceparent: string;
  /** JSON text of the contract's body. */
  readonly body: string;
}

/** An event that a group could not handle: kept, visible, and delivered again on command. */
export interface Parked {
  readonly group: string;
  readonly envelope: Envelope;
  /** The Fault's code, never its text. */
  readonly code: string;
  readonly attempts: number;
  readonly parkedAt: string;
}

/** How far a consumer group has come. */
export interface GroupStats {
  readonly group: string;
  /** Events that the group has not done with. */
  readonly lag: number;
  readonly parked: number;
}

export type EventStrategy = Server & CustomTransportStrategy;

/**
 * At least once, in order by key within a topic, to every consumer group; replay from the start; what can't be handled
 * is parked together with what follows it under the same key.
 */
export interface EventLog {
  /** Resolves when the events are durable. */
  publish(batch: readonly Envelope[]): Promise<void>;
  /** The transport through which Nest feeds one consumer group; handlers are added by event type before it listens. */
  strategy(group: string, topics: readonly string[]): EventStrategy;
  parked(group: string): Promise<readonly Parked[]>;
  /** Delivers the group's parked events again, in order; resolves with their number. */
  replayParked(group: string): Promise<number>;
  /** Lets the group read everything from the start again; its inbox decides what is new to it. */
  rewind(group: string): Promise<void>;
  /** Of the groups that this process knows of: how far behind each is, and what it has parked. */
  stats(): Promise<readonly GroupStats[]>;
  close(): Promise<void>;
}
