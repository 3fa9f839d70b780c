import { asFault, type Clock } from '@smartscan/kernel';
import type { CallInputOf, Operation } from '@smartscan/contracts/operation';
import {
  Reply,
  type Call,
  type Log,
  type Scope,
  type Services,
  type Tx,
  type UnitOfWork,
} from '@smartscan/platform/ports';
import { decide } from '../domain/idempotency.ts';
import { refusal } from '../domain/problems.ts';
import { add, change, knownRequest, recordOf, remove, type IdempotencyRecord } from './idempotency-records.ts';
import { limitMsOf, readerOf } from './surface.ts';

/** A request with an Idempotency-Key, as digests. */
export interface Claim {
  readonly operation: Operation;
  readonly scope: Scope;
  /** SHA-256 over workspace, operation and key. */
  readonly id: string;
  /** `undefined` while the body has yet to be read. */
  readonly fingerprint: string | undefined;
  /** The members of the input that stand in the operation's path. */
  readonly place: Readonly<Record<string, unknown>>;
}

/** Either this request runs, as this attempt, or another one ran before and left a record. */
export type Standing = { readonly attempt: number } | { readonly earlier: IdempotencyRecord };

export const REPLAYED_HEADER = 'Idempotency-Replayed';
/** Ours: longer answers than that are read again from their owner, as those with PHI are. */
const ANSWER_MAX_CHARS = 65_536;
/** What our ids look like; nothing else is kept as one. */
const RESOURCE_ID = /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/;

/** Runs a request once, however often it is sent. Only success is remembered: what failed changed nothing. */
export class AnswerOnce {
  constructor(
    private readonly work: UnitOfWork,
    private readonly services: Services,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Throws `idempotency_key_in_use` (409) or `idempotency_key_reused` (422). */
  async claim(claim: Claim): Promise<Standing> {
    const now = new Date(this.clock.nowMs());
    const fresh = freshRecord(claim, now);
    return this.work.run(claim.scope, async (tx): Promise<Standing> => {
      if (await add(tx, fresh)) return { attempt: fresh.attempt };
      const met = await recordOf(tx, claim.id);
      // Freed since: whoever held it is just done.
      if (!met) throw refusal('idempotency_key_in_use', { retryAfterSeconds: 1 });
      const decision = decide(knownRequest(met), claim.fingerprint, now.getTime(), limitMsOf(claim.operation));
      if (decision.action === 'running')
        throw refusal('idempotency_key_in_use', { retryAfterSeconds: decision.retryAfterSeconds });
      if (decision.action === 'mismatch') throw refusal('idempotency_key_reused');
      if (decision.action !== 'take_over') return { earlier: met };
      const attempt = met.attempt + 1;
      const taken = await change(tx, met, { attempt, startedAt: now, fingerprint: claim.fingerprint ?? null });
      if (!taken) throw refusal('idempotency_key_in_use', { retryAfterSeconds: 1 });
      return { attempt };
    });
  }

  /**
   * Remembers how it went. `fingerprint`: now that the whole request is known. Never fails: what was done is done, and
   * is answered with; the key stays taken until its time is up.
   */
  async finish(claim: Claim, attempt: number, fingerprint: string, reply: Reply): Promise<void> {
    const { operation, scope, id } = claim;
    const answer = isKept(operation) ? JSON.stringify(reply.body) : undefined;
    const values = {
      state: 'finished' as const,
      fingerprint,
      status: reply.status,
      resourceId: resourceIdOf(reply) ?? null,
      answer: answer !== undefined && answer.length <= ANSWER_MAX_CHARS ? answer : null,
      location: reply.headers['Location'] ?? null,
    };
    await this.upkeep(scope, (tx) => change(tx, { id, attempt }, values));
  }

  /** Frees the key of a request that changed nothing. */
  async release({ scope, id }: Claim, attempt: number): Promise<void> {
    await this.upkeep(scope, (tx) => remove(tx, { id, attempt }));
  }

  private async upkeep(scope: Scope, work: (tx: Tx) => Promise<unknown>): Promise<void> {
    try {
      await this.work.run(scope, work);
    } catch (error) {
      this.log.error('idempotency.not_recorded', { request_id: scope.requestId, code: asFault(error).code });
    }
  }

  /**
   * The earlier request's answer: as it was, or, where it is not kept, read again from the operation's owner, in the form
   * that this request asks for. Throws
   * `idempotency_key_reused` (422) where the requests differ, `result-not-retained` (409) where there's no answer left.
   */
  async replay(earlier: IdempotencyRecord, claim: Claim, fingerprint: string, call: Call): Promise<Reply> {
    if (earlier.fingerprint !== fingerprint) throw refusal('idempotency_key_reused');
    const headers = {
      [REPLAYED_HEADER]: 'true',
      ...(earlier.location === null || earlier.location === undefined ? {} : { Location: earlier.location }),
    };
    const { answer, resourceId } = earlier;
    if (answer !== null && answer !== undefined) {
      return new Reply(earlier.status ?? claim.operation.status, JSON.parse(answer) as unknown, headers);
    }
    if (resourceId === null || resourceId === undefined) throw refusal('result-not-retained');
    const { body, headers: given } = await this.readAgain(claim, resourceId, call);
    return new Reply(statusNow(claim.operation, body), body, { ...given, ...headers });
  }

  private async readAgain({ operation, place }: Claim, id: string, call: Call): Promise<Reply> {
    const reader = readerOf(operation);
    if (!reader) throw refusal('result-not-retained');
    try {
      return await this.services.stream(reader, { ...place, id } as CallInputOf<Operation>, call, undefined);
    } catch (error) {
      throw asFault(error).kind === 'not_found' ? refusal('result-not-retained') : error;
    }
  }
}

const freshRecord = ({ operation, scope, id, fingerprint }: Claim, now: Date): IdempotencyRecord =>
  ({
    id,
    workspaceId: scope.tenant,
    operation: operation.id,
    state: 'running',
    attempt: 1,
    fingerprint: fingerprint ?? null,
    status: null,
    resourceId: null,
    answer: null,
    location: null,
    startedAt: now,
    createdAt: now,
  }) as IdempotencyRecord;

/**
 * Whether an operation's answers may be stored: not where there is PHI in them (P39), and not where there is a choice of
 * forms, since a replay would give the form that the first request asked for.
 */
const isKept = ({ phi, representations }: Operation): boolean =>
  phi === 'no' && Object.keys(representations).length === 0;

/** The id of what was made; in a form that has no place for one, the end of where it says that it can be read. */
const resourceIdOf = ({ body, headers }: Reply): string | undefined => {
  const { id } = (body ?? {}) as { id?: unknown };
  const candidate = headers['Content-Location']?.split('/').at(-1) ?? id;
  return typeof candidate === 'string' && RESOURCE_ID.test(candidate) ? candidate : undefined;
};

/** What can be answered later has a `status`, and is `running` until it is over: then it is still a 202. */
const statusNow = (operation: Operation, body: unknown): number =>
  operation.also[202] !== undefined && (body as { status?: unknown } | null)?.status === 'running'
    ? 202
    : operation.status;
