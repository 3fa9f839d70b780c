import type { Clock } from '@smartscan/kernel';
import { isOver, newWindow, policyHeader, take, type Quota, type Taken, type Window } from '../domain/rate-window.ts';
import { anonymousQuota, quotaOf, type GatewaySettings } from './settings.ts';
import type { VerifiedKey } from './verified-keys.ts';

/** A caller's count in the window, and what of theirs is running. */
interface Account {
  readonly window: Window;
  inFlight: number;
}

/** What a request was allowed. `settle` when it is over. */
export interface Allowance {
  readonly account: Account;
  readonly taken: Taken;
  /** `RateLimit-Policy` */
  readonly policy: string;
  readonly crowded: boolean;
}

interface Terms {
  readonly quota: Quota;
  readonly policy: string;
}

/** Ours: about 2 MB. Beyond it, those whose window is over are forgotten, and if need be the oldest tenth. */
const ACCOUNTS_MAX = 10_000;
const ACCOUNTS_KEPT = 9_000;

/**
 * Requests per caller and minute, and at the same time. In memory and per process: with N gateway processes behind one
 * host a caller may get up to N times as much.
 */
export class Allowances {
  private readonly accounts = new Map<string, Account>();
  private readonly terms: Readonly<Record<VerifiedKey['plan'] | 'anonymous', Terms>>;
  private readonly inFlightMax: number;

  constructor(
    settings: GatewaySettings,
    private readonly clock: Clock,
  ) {
    const termsOf = (quota: Quota): Terms => ({ quota, policy: policyHeader(quota) });
    this.terms = {
      free: termsOf(quotaOf(settings, 'free')),
      paid: termsOf(quotaOf(settings, 'paid')),
      enterprise: termsOf(quotaOf(settings, 'enterprise')),
      anonymous: termsOf(anonymousQuota(settings)),
    };
    this.inFlightMax = settings.inFlightPerKey;
  }

  takeForKey(key: VerifiedKey): Allowance {
    return this.take(key.id, this.terms[key.plan]);
  }

  /** For what needs no key. The address is kept in memory until its window is over, and nowhere else. */
  takeForAddress(address: string): Allowance {
    return this.take(`address ${address}`, this.terms.anonymous);
  }

  settle(allowance: Allowance): void {
    allowance.account.inFlight -= 1;
  }

  private take(caller: string, { quota, policy }: Terms): Allowance {
    const nowMs = this.clock.nowMs();
    const account = this.accounts.get(caller) ?? this.open(caller, quota, nowMs);
    const crowded = account.inFlight >= this.inFlightMax;
    account.inFlight += 1;
    return { account, taken: take(account.window, quota, nowMs), policy, crowded };
  }

  private open(caller: string, quota: Quota, nowMs: number): Account {
    if (this.accounts.size >= ACCOUNTS_MAX) this.forgetSome(quota, nowMs);
    const account = { window: newWindow(nowMs), inFlight: 0 };
    this.accounts.set(caller, account);
    return account;
  }

  private forgetSome(quota: Quota, nowMs: number): void {
    for (const [caller, account] of this.accounts) {
      if (account.inFlight === 0 && isOver(account.window, quota, nowMs)) this.accounts.delete(caller);
    }
    for (const caller of this.accounts.keys()) {
      if (this.accounts.size <= ACCOUNTS_KEPT) return;
      this.accounts.delete(caller);
    }
  }
}
