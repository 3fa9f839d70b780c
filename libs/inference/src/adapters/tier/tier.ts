import { drainSeconds, judge, noRoom, retryAfter, type Load, type Refusal } from '../../domain/admission.ts';
import type { Lane, Ticket } from '../../domain/fair-queue.ts';
import { corrected, UNCORRECTED } from '../../domain/correction.ts';
import type { TierFaults } from './tier-faults.ts';

/** What is known of a job when it asks to be let in. */
export interface TierRequest {
  readonly tenant: string;
  readonly lane: Lane;
  /** Length of the body as it was announced. */
  readonly declaredBytes?: number | undefined;
  /** Seconds of one worker that it is expected to take, on the machine where that was measured. */
  readonly expectedSeconds: number;
  /** Seconds from the last byte of the body within which the answer is wanted. */
  readonly deadlineSeconds: number;
}

/** Where a job was refused: by what was announced, before a byte was read; or when it was known what its body holds. */
export type Check = 'declared' | 'described';

/** Told of what happens in the tier, for metrics: never whose job it was. */
export interface TierWatch {
  readonly onRefused: (refusal: Refusal, check: Check) => void;
  readonly onStarted: (lane: Lane, queuedSeconds: number) => void;
  /** Seconds that a completed job kept its worker, over those that were predicted. */
  readonly onEnded: (ratio: number) => void;
}

export const UNWATCHED: TierWatch = {
  onRefused: () => undefined,
  onStarted: () => undefined,
  onEnded: () => undefined,
};

export interface TierParts {
  readonly limits: TierLimits;
  readonly watch: TierWatch;
  readonly faults: TierFaults;
  readonly nowMs: () => number;
}

export interface TierLimits {
  /** Jobs at a time. */
  readonly workers: number;
  /** Jobs that are received, waiting or running at once. */
  readonly maxJobs: number;
  /** Bytes of all bodies that these hold. */
  readonly maxHeldBytes: number;
  /** What a body whose length isn't announced is taken for. */
  readonly maxBodyBytes: number;
  /** Of tenants whose weight is not 1. */
  readonly weights: ReadonlyMap<string, number>;
}

/** One job's place in the tier, from being let in until it is over. */
export interface Place {
  readonly request: TierRequest;
  ticket: Ticket;
  readonly bytes: number;
  /** The predicted work before the correction. */
  raw: number;
  queuedAtMs: number;
  startedAtMs: number | undefined;
}

/** Who is in the tier, what that is predicted to take, and so who is let in. Runs nothing itself. */
export class Tier {
  readonly #limits: TierLimits;
  readonly #watch: TierWatch;
  readonly #faults: TierFaults;
  readonly #nowMs: () => number;
  readonly #places = new Set<Place>();
  #correction = UNCORRECTED;
  #ids = 0;

  constructor({ limits, watch, faults, nowMs }: TierParts) {
    this.#limits = limits;
    this.#watch = watch;
    this.#faults = faults;
    this.#nowMs = nowMs;
  }

  /** @throws Fault `refused` of the faults that it was made with */
  admit(request: TierRequest): Place {
    const { tenant, lane, declaredBytes, expectedSeconds: raw, deadlineSeconds } = request;
    const weight = this.#limits.weights.get(tenant) ?? 1;
    const ticket = { id: ++this.#ids, tenant, lane, weight, work: raw * this.#correction };
    const bytes = declaredBytes ?? this.#limits.maxBodyBytes;
    const refusal = this.#noRoom(tenant, bytes);
    if (refusal !== undefined) this.#refuse(refusal, retryAfter(this.#secondsToAnEnd()), 'declared');
    this.#judge(ticket, deadlineSeconds, 'declared');
    const place = { request, ticket, bytes, raw, queuedAtMs: this.#nowMs(), startedAtMs: undefined };
    this.#places.add(place);
    return place;
  }

  /** Asks again, now that it is known what its body holds. @throws as `admit` */
  describe(place: Place, expectedSeconds: number): void {
    place.raw = expectedSeconds;
    place.ticket = { ...place.ticket, work: place.raw * this.#correction };
    place.queuedAtMs = this.#nowMs();
    this.#judge(place.ticket, place.request.deadlineSeconds, 'described');
  }

  /** All of it has come: from here on it waits. */
  ready(place: Place): void {
    place.queuedAtMs = this.#nowMs();
  }

  start(place: Place): void {
    place.startedAtMs = this.#nowMs();
    this.#watch.onStarted(place.ticket.lane, (place.startedAtMs - place.queuedAtMs) / 1000);
  }

  /** What a job took that came to its end teaches what the next will take. */
  complete({ startedAtMs, ticket, raw }: Place): void {
    if (startedAtMs === undefined) return;
    const seconds = (this.#nowMs() - startedAtMs) / 1000;
    this.#watch.onEnded(seconds / ticket.work);
    this.#correction = corrected(this.#correction, raw, seconds);
  }

  leave(place: Place): void {
    this.#places.delete(place);
  }

  /** Predicted seconds of a worker that wait in a lane. */
  queuedSeconds(lane: Lane): number {
    return this.#load().pending.reduce((sum, ticket) => sum + (ticket.lane === lane ? ticket.work : 0), 0);
  }

  #judge(ticket: Ticket, deadlineSeconds: number, check: Check): void {
    const verdict = judge(this.#load(ticket.id), ticket, deadlineSeconds);
    if (!verdict.admitted) this.#refuse(verdict.refusal, verdict.retryAfterSeconds, check);
  }

  #refuse(refusal: Refusal, retryAfterSeconds: number | undefined, check: Check): never {
    this.#watch.onRefused(refusal, check);
    throw this.#faults.refused(refusal, retryAfterSeconds);
  }

  /** How long it is from the end of one job to that of the next. */
  #secondsToAnEnd(): number {
    return drainSeconds(this.#load()) / Math.max(1, this.#places.size);
  }

  #noRoom(tenant: string, bytes: number): Refusal | undefined {
    const all = [...this.#places];
    const own = all.filter(({ request }) => request.tenant === tenant);
    const held = (places: readonly Place[]): number => places.reduce((sum, place) => sum + place.bytes, 0);
    const { maxJobs, maxHeldBytes } = this.#limits;
    return (
      noRoom({ own: own.length, all: all.length, limit: maxJobs }, 1) ??
      noRoom({ own: held(own), all: held(all), limit: maxHeldBytes }, bytes)
    );
  }

  /** All but one. */
  #load(without?: number): Load {
    const pending: Ticket[] = [];
    let running = 0;
    for (const { ticket, startedAtMs } of this.#places) {
      if (ticket.id === without) continue;
      if (startedAtMs === undefined) pending.push(ticket);
      else running += Math.max(ticket.work - (this.#nowMs() - startedAtMs) / 1000, OVERDUE_SHARE * ticket.work);
    }
    return { workers: this.#limits.workers, running, pending };
  }
}

/** What is expected to be left of a job that has taken longer than it should. Ours. */
const OVERDUE_SHARE = 0.1;
