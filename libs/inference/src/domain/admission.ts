import { LANE_SHARES, LANES, type Lane, type Ticket } from './fair-queue.ts';

/** What the tier has before it. Work is in seconds of one worker. */
export interface Load {
  /** Scans at a time. */
  readonly workers: number;
  /** What is left of the scans that run. */
  readonly running: number;
  /** Scans that were let in and don't run yet: received, looked at, or in the queue. */
  readonly pending: readonly Ticket[];
}

export type Refusal = 'tenant_share' | 'overloaded' | 'deadline_too_short';

export type Verdict =
  | { readonly admitted: true; readonly finishSeconds: number }
  | { readonly admitted: false; readonly refusal: Refusal; readonly retryAfterSeconds?: number };

/** Whom nobody's patience outlasts: a client told to come back later than this would not. Ours. */
const MAX_RETRY_SECONDS = 3_600;

const sum = (tickets: readonly Ticket[]): number => tickets.reduce((total, { work }) => total + work, 0);

const byTenant = (tickets: readonly Ticket[]): ReadonlyMap<string, readonly Ticket[]> => {
  const groups = new Map<string, Ticket[]>();
  for (const ticket of tickets) groups.set(ticket.tenant, [...(groups.get(ticket.tenant) ?? []), ticket]);
  return groups;
};

/**
 * Work that is done in the ticket's own lane before it is over, itself not counted: all of its tenant's, and of each
 * other tenant's as much as its weight earns it meanwhile.
 */
const aheadInLane = (lane: readonly Ticket[], ticket: Ticket): number => {
  const groups = byTenant(lane);
  const own = sum(groups.get(ticket.tenant) ?? []);
  let others = 0;
  for (const [tenant, tickets] of groups) {
    if (tenant === ticket.tenant) continue;
    const weight = tickets[0]?.weight ?? 1;
    others += Math.min(sum(tickets), ((own + ticket.work) * weight) / ticket.weight);
  }
  return own + others;
};

const otherLane = (lane: Lane): Lane => LANES.find((one) => one !== lane) ?? lane;

/** Seconds until the ticket's scan is over if it is let in now. */
const finishOf = ({ workers, running, pending }: Load, ticket: Ticket): number => {
  const { lane, work } = ticket;
  const ahead = aheadInLane(
    pending.filter((one) => one.lane === lane),
    ticket,
  );
  const other = otherLane(lane);
  const theirs = sum(pending.filter((one) => one.lane === other));
  const earned = ((ahead + work) * LANE_SHARES[other]) / LANE_SHARES[lane];
  return (running + ahead + Math.min(theirs, earned)) / workers + work;
};

/** Whether a tenant has more of what waits in its lane than its weight among those who wait there. */
const isOverShare = (pending: readonly Ticket[], { tenant, lane, weight, work }: Ticket): boolean => {
  const groups = byTenant(pending.filter((one) => one.lane === lane));
  let [all, weights] = [work, weight];
  for (const [name, tickets] of groups) {
    all += sum(tickets);
    if (name !== tenant) weights += tickets[0]?.weight ?? 1;
  }
  return (sum(groups.get(tenant) ?? []) + work) / all > weight / weights;
};

/** When it is worth to come back, where room is expected after so many seconds. Whole seconds. */
export const retryAfter = (seconds: number): number => Math.min(Math.max(Math.ceil(seconds), 1), MAX_RETRY_SECONDS);

/** Seconds until a worker has nothing left to do, if nothing more is let in. */
export const drainSeconds = ({ workers, running, pending }: Load): number => (running + sum(pending)) / workers;

/** No tenant's name: one that has nothing waiting. */
const NEWCOMER = '(newcomer)';

/**
 * Whether a scan is let in: whether it would be over before its deadline. Where the tenant's own scans beyond its share
 * are what is in the way, it is told that; where even an idle tier would be late, that.
 */
export const judge = (load: Load, ticket: Ticket, deadlineSeconds: number): Verdict => {
  const finishSeconds = finishOf(load, ticket);
  if (finishSeconds <= deadlineSeconds) return { admitted: true, finishSeconds };
  // It never is, for this one.
  if (ticket.work > deadlineSeconds) return { admitted: false, refusal: 'deadline_too_short' };
  const isOwn = finishOf(load, { ...ticket, tenant: NEWCOMER }) <= deadlineSeconds;
  const refusal = isOwn && isOverShare(load.pending, ticket) ? 'tenant_share' : 'overloaded';
  return { admitted: false, refusal, retryAfterSeconds: retryAfter(finishSeconds - deadlineSeconds) };
};

/** What tenants hold of something that the tier has a limit of: places, or bytes of bodies in memory. */
export interface Held {
  readonly own: number;
  readonly all: number;
  readonly limit: number;
}

/**
 * How many times what is still free a tenant may hold (dynamic thresholds: Choudhury and Hahne, 1998). Four lets one that
 * is alone take four fifths, and so leaves a fifth to whoever comes. Ours.
 */
const GREED = 4;

/** Why another scan that asks for so much finds no room; `undefined` where it does. */
export const noRoom = ({ own, all, limit }: Held, asked: number): Refusal | undefined => {
  if (all + asked > limit) return 'overloaded';
  return own > 0 && own + asked > GREED * (limit - all) ? 'tenant_share' : undefined;
};
