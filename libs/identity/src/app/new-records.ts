import { API_KEY_CHANCE_BYTES, apiKeyHint, makeApiKey, type Clock } from '@smartscan/kernel';
import type { Scope } from '@smartscan/contracts/operation';
import type { Ids, Place } from '@smartscan/platform/ports';
import type { Account } from './accounts.ts';
import type { NewApiKey } from './api-keys.ts';
import type { Hashes } from './hashes.ts';
import type { Workspace } from './workspaces.ts';

export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

/** A key's row, and the key itself, which nobody can make out of the row. */
export interface FreshKey {
  readonly row: NewApiKey;
  readonly secret: string;
}

/** Makes what is new each time: ids, instants and secrets. */
export class NewRecords {
  constructor(
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly place: Place,
    private readonly hashes: Hashes,
  ) {}

  /** On the free plan, which promises the least and keeps the shortest. */
  workspace(name: string): Workspace {
    return { id: this.ids.next('workspace'), name, region: this.place.region, plan: 'free', createdAt: this.now() };
  }

  account(profile: Omit<Account, 'id' | 'createdAt'>): Account {
    return { ...profile, id: this.ids.next('user'), createdAt: this.now() };
  }

  apiKey(workspaceId: string, { name, scopes, expiresAt }: KeyWish): FreshKey {
    const secret = this.secret();
    const row: NewApiKey = {
      id: this.ids.next('apiKey'),
      workspaceId,
      name,
      hint: apiKeyHint(secret),
      digest: this.hashes.key(secret),
      scopes: [...new Set(scopes)],
      createdAt: this.now(),
      expiresAt,
      revokedAt: null,
    };
    return { row, secret };
  }

  private secret(): string {
    return makeApiKey(this.place.region, this.ids.bytes(API_KEY_CHANCE_BYTES)) ?? this.secret();
  }

  private now(): Date {
    return new Date(this.clock.nowMs());
  }
}
