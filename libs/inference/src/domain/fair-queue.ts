/**
 * Start-time fair queueing (Goyal, Vin and Cheng, 1996) on two levels: lanes, and in each lane tenants. Whoever waits is
 * served work in proportion to its weight, whoever doesn't leaves its part to the others, and nobody saves up.
 *
 * The state is plain data that is passed in and given back. It knows no clock: what passes in it is work.
 */
export const LANES = ['interactive', 'batch'] as const;
export type Lane = (typeof LANES)[number];

/** What the batch lane gets while both lanes wait: enough that it is never starved, too little to be felt. Ours. */
export const BATCH_SHARE = 0.1;

export const LANE_SHARES: Readonly<Record<Lane, number>> = { interactive: 1 - BATCH_SHARE, batch: BATCH_SHARE };

/** What one scan asks of the tier. */
export interface Ticket {
  readonly id: number;
  readonly lane: Lane;
  readonly tenant: string;
  /** Of the tenant, relative to others in its lane; above 0. */
  readonly weight: number;
  /** Predicted seconds of a worker; above 0. */
  readonly work: number;
}

/** How far a level has come, in work divided by weight, and how far those on it are that were served last. */
interface Level {
  readonly now: number;
  /** Of those that wait or are ahead of `now`: whoever comes is level with it, however long ago it was served. */
  readonly ahead: ReadonlyMap<string, number>;
}

interface Waiting {
  readonly ticket: Ticket;
  /** How far the lanes, and in its lane the tenants, were when it came. */
  readonly since: { readonly lanes: number; readonly tenants: number };
}

export interface FairQueue {
  readonly lanes: Level;
  readonly tenants: Readonly<Record<Lane, Level>>;
  /** In the order in which they came. */
  readonly waiting: readonly Waiting[];
}

const START: Level = { now: 0, ahead: new Map() };
export const EMPTY_QUEUE: FairQueue = { lanes: START, tenants: { interactive: START, batch: START }, waiting: [] };

export const enqueue = (queue: FairQueue, ticket: Ticket): FairQueue => {
  const since = { lanes: queue.lanes.now, tenants: queue.tenants[ticket.lane].now };
  return { ...queue, waiting: [...queue.waiting, { ticket, since }] };
};

/** Takes out one that waits. What comes after it is served as if it had never been there. */
export const withdraw = (queue: FairQueue, id: number): FairQueue => ({
  ...queue,
  waiting: queue.waiting.filter(({ ticket }) => ticket.id !== id),
});

/** Where on its level a member is that has something waiting since then. */
const startOf = ({ ahead }: Level, member: string, since: number): number => Math.max(since, ahead.get(member) ?? 0);

interface Service {
  readonly member: string;
  readonly since: number;
  readonly cost: number;
  /** Members that wait after this. */
  readonly waiting: ReadonlySet<string>;
}

const served = (level: Level, { member, since, cost, waiting }: Service): Level => {
  const start = startOf(level, member, since);
  const now = Math.max(level.now, start);
  const moved = new Map(level.ahead).set(member, start + cost);
  return { now, ahead: new Map([...moved].filter(([name, at]) => at > now || waiting.has(name))) };
};

/** The first of those whose figure is least. */
const leastOf = <T>(all: readonly T[], figure: (one: T) => number): T | undefined => {
  let least: T | undefined;
  for (const one of all) if (least === undefined || figure(one) < figure(least)) least = one;
  return least;
};

/** The oldest of each group, in the order of `groups` or of their coming. */
const oldestOf = (waiting: readonly Waiting[], group: (ticket: Ticket) => string): Waiting[] => {
  const oldest = new Map<string, Waiting>();
  for (const one of waiting) if (!oldest.has(group(one.ticket))) oldest.set(group(one.ticket), one);
  return [...oldest.values()];
};

/** Whose turn it is, and the queue without it; `undefined` where nobody waits. */
export const next = (queue: FairQueue): { readonly ticket: Ticket; readonly queue: FairQueue } | undefined => {
  // Where both lanes are level, those who are waited for go first.
  const ofLanes = oldestOf(queue.waiting, ({ lane }) => lane).sort(
    (a, b) => LANES.indexOf(a.ticket.lane) - LANES.indexOf(b.ticket.lane),
  );
  const oldest = leastOf(ofLanes, ({ ticket, since }) => startOf(queue.lanes, ticket.lane, since.lanes));
  if (oldest === undefined) return undefined;
  const { lane } = oldest.ticket;
  const level = queue.tenants[lane];
  const ofTenants = oldestOf(
    queue.waiting.filter(({ ticket }) => ticket.lane === lane),
    ({ tenant }) => tenant,
  );
  const chosen = leastOf(ofTenants, ({ ticket, since }) => startOf(level, ticket.tenant, since.tenants)) ?? oldest;
  const { ticket, since } = chosen;
  const { waiting } = withdraw(queue, ticket.id);
  const lanes = new Set(waiting.map((one) => one.ticket.lane));
  const tenants = new Set(waiting.filter((one) => one.ticket.lane === lane).map((one) => one.ticket.tenant));
  const ofLane = { member: lane, since: oldest.since.lanes, cost: ticket.work / LANE_SHARES[lane], waiting: lanes };
  const ofTenant = { member: ticket.tenant, since: since.tenants, cost: ticket.work / ticket.weight, waiting: tenants };
  return {
    ticket,
    queue: {
      lanes: served(queue.lanes, ofLane),
      tenants: { ...queue.tenants, [lane]: served(level, ofTenant) },
      waiting,
    },
  };
};
