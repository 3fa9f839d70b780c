import type { Clock } from '@smartscan/kernel';
import type { Database } from '../database/database.ts';
import type { Wakeups } from '../outbox/wakeups.ts';
import type { Authorizer } from '../ports/authorizer.ts';
import type { Services } from '../ports/call.ts';
import type { Context, Place } from '../ports/context.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Ids } from '../ports/ids.ts';
import type { Mail } from '../ports/mail.ts';
import type { Objects } from '../ports/objects.ts';
import type { Peers } from '../ports/peers.ts';
import type { Dependency } from '../telemetry/dependencies.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ProcessLog } from './log.ts';
import type { Job } from './schedules.ts';

export interface Listener {
  /** Takes no new calls, lets those in flight finish. */
  close(): Promise<void>;
}

/** A place where contexts run. No context can tell which one it was given. */
export interface Platform {
  readonly place: Place;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ProcessLog;
  readonly eventLog: EventLog;
  readonly wakeups: Wakeups;
  /** What the place leans on beside each context's database: events, authorizer, keys. */
  readonly dependencies: readonly Dependency[];
  readonly authorizer: Authorizer;
  readonly objects: Objects;
  readonly mail: Mail;
  /** The other processes that run the same contexts. */
  readonly peers: Peers;
  /** The context's schema, brought to what its declarations say, seen through its own login role. */
  openDatabase(context: Context): Promise<Database>;
  /** The way to other contexts, given those that are served in this process. */
  services(local: Dispatcher): Services;
  /** Lets other processes reach what is served here. Absent where all contexts are in one process. */
  listen?(local: Dispatcher): Promise<Listener>;
  /** The place's own upkeep for a context. */
  jobs(context: Context, database: Database): readonly Job[];
  close(): Promise<void>;
}
