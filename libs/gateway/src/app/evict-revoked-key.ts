import type { z } from 'zod';
import type { apiKeyRevoked } from '@smartscan/contracts/identity';
import type { EventHandler, Tx } from '@smartscan/platform/ports';
import type { VerifiedKeys } from './verified-keys.ts';

/** A revoked key stops working when identity says so, not when we forget it. */
export class EvictRevokedKey implements EventHandler<typeof apiKeyRevoked.body> {
  constructor(private readonly keys: VerifiedKeys) {}

  handle(_tx: Tx, body: z.output<typeof apiKeyRevoked.body>): Promise<void> {
    this.keys.forget(body.key_id);
    return Promise.resolve();
  }
}
