import { Fault, SECOND_MS, type Clock, type TenantId } from '@smartscan/kernel';
import { verifyApiKey } from '@smartscan/contracts/identity';
import type { OutputOf } from '@smartscan/contracts/operation';
import { keyMay, type Actor, type Place, type Relation, type Services } from '@smartscan/platform/ports';
import { refusal } from '../domain/problems.ts';
import type { Plan } from './settings.ts';

/** What is known of the holder of a key. */
export interface VerifiedKey {
  readonly id: string;
  /** SHA-256 of the key, by which identity is asked. */
  readonly digest: string;
  readonly tenant: TenantId;
  readonly plan: Plan;
  /** Its scopes, each with the question whether that is still so. */
  readonly scopes: ReadonlyMap<string, Relation>;
  readonly actor: Actor;
  /** `Infinity`: never. */
  readonly expiresAtMs: number;
}

type Entry = { readonly untilMs: number } & ({ readonly key: VerifiedKey } | { readonly refused: Fault });

/**
 * Ours. Plan and expiry are noticed to have changed when what is known is this old. A revocation need not wait for it:
 * what a key may do is decided by the authorizer, and every process hears at once when that has changed.
 */
const KNOWN_MS = 5 * SECOND_MS;
/** Ours: shorter, since a key may be refused right before it is made. */
const REFUSED_MS = 2 * SECOND_MS;
/** Ours: about 3 MB. Beyond it the oldest are forgotten. */
const ENTRIES_MAX = 10_000;
/** Ours. Keys nobody knows pass the checksum if their sender wants them to, and each one costs a query. */
const LOOKUPS_MAX = 64;
/** Ours: the query takes a millisecond. */
const LOOKUP_LIMIT_MS = 5 * SECOND_MS;

const EXPIRED = 'identity.api_key_expired';

/** Keys by their SHA-256, as identity told of them a moment ago. The keys themselves are never kept. */
export class VerifiedKeys {
  private readonly entries = new Map<string, Entry>();
  private readonly lookups = new Map<string, Promise<VerifiedKey>>();
  /** Counts revocations: an answer that was asked for before one is not kept. */
  private revocations = 0;

  constructor(
    private readonly services: Services,
    private readonly clock: Clock,
    private readonly place: Place,
  ) {}

  /** What is known right now, without asking: the key, the refusal, or `undefined`. */
  known(digest: string): VerifiedKey | Fault | undefined {
    const entry = this.entries.get(digest);
    if (!entry) return undefined;
    const nowMs = this.clock.nowMs();
    if (nowMs >= entry.untilMs) {
      this.entries.delete(digest);
      return undefined;
    }
    if ('refused' in entry) return entry.refused;
    return nowMs < entry.key.expiresAtMs ? entry.key : refusal('key_invalid', { members: { reason: EXPIRED } });
  }

  /** Asks identity, once for all who ask at the same time. Throws why the key is refused, or that nobody could say. */
  async lookUp(digest: string, requestId: string): Promise<VerifiedKey> {
    const running = this.lookups.get(digest);
    if (running) return running;
    if (this.lookups.size >= LOOKUPS_MAX) throw refusal('overloaded', { retryAfterSeconds: 1 });
    const lookup = this.ask(digest, requestId).finally(() => this.lookups.delete(digest));
    this.lookups.set(digest, lookup);
    return lookup;
  }

  /** Forgets a key, so that the next request with it asks again. */
  forget(keyId: string): void {
    this.revocations += 1;
    for (const [digest, entry] of this.entries) {
      if ('key' in entry && entry.key.id === keyId) this.entries.delete(digest);
    }
  }

  private async ask(digest: string, requestId: string): Promise<VerifiedKey> {
    const revocations = this.revocations;
    const call = {
      tenant: '*' as const,
      actor: { kind: 'system' as const, id: 'gateway' },
      purpose: 'secure_service' as const,
      requestId,
      region: this.place.region,
      respondAsync: false,
      signal: AbortSignal.timeout(LOOKUP_LIMIT_MS),
    };
    try {
      const key = verifiedKey(digest, await this.services.call(verifyApiKey, { digest }, call));
      if (revocations === this.revocations) this.keep(digest, { untilMs: this.clock.nowMs() + KNOWN_MS, key });
      return key;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const refused = refusal('key_invalid', { members: { reason: error.code } });
      this.keep(digest, { untilMs: this.clock.nowMs() + REFUSED_MS, refused });
      throw refused;
    }
  }

  private keep(digest: string, entry: Entry): void {
    this.entries.delete(digest);
    this.entries.set(digest, entry);
    if (this.entries.size <= ENTRIES_MAX) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      return;
    }
  }
}

const isRefusal = (error: unknown): error is Fault =>
  error instanceof Fault &&
  (error.kind === 'unauthenticated' || error.kind === 'not_found' || error.kind === 'forbidden');

const verifiedKey = (digest: string, found: OutputOf<typeof verifyApiKey>): VerifiedKey => ({
  id: found.key_id,
  digest,
  tenant: found.workspace_id,
  plan: found.plan,
  scopes: new Map(found.scopes.map((scope) => [scope, keyMay(found.key_id, scope, found.workspace_id)])),
  actor: { kind: 'api_key', id: found.key_id },
  expiresAtMs: found.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(found.expires_at),
});
