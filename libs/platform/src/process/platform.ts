import type { Clock } from '@smartscan/kernel';
import type { Database } from '../database/database.ts';
import type { Wakeups } from '../outbox/wakeups.ts';
import type { Services } from '../ports/call.ts';
import type { Context, Place } from '../ports/context.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Ids } from '../ports/ids.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ProcessLog } from './log.ts';
import type { Job } from './schedules.ts';

/** A place where contexts run. No context can tell which one it was given. */
export interface Platform {
  readonly place: Place;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ProcessLog;
  readonly eventLog: EventLog;
  readonly wakeups: Wakeups;
  /** The context's schema, brought to what its declarations say, seen through its own login role. */
  openDatabase(context: Context): Promise<Database>;
  /** The way to other contexts, given those that are served in this process. */
  services(local: Dispatcher): Services;
  /** The place's own upkeep for a context. */
  jobs(context: Context, database: Database): readonly Job[];
  close(): Promise<void>;
}
