import { apiKeyRevoked, type revokeApiKey } from '@smartscan/contracts/identity';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import { Fault, type Clock } from '@smartscan/kernel';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { apiKeyView, holdApiKey, markRevoked } from './api-keys.ts';

export class RevokeApiKey {
  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  run({ id }: InputOf<typeof revokeApiKey>, call: Call): Promise<OutputOf<typeof revokeApiKey>> {
    return this.work.run(call, async (tx) => {
      const key = await holdApiKey(tx, call.tenant, id);
      if (!key) throw new Fault('not_found', 'identity.api_key_not_found', 'There is no such API key.');
      if (key.revokedAt) return apiKeyView(key);
      const revokedAt = new Date(this.clock.nowMs());
      await markRevoked(tx, id, revokedAt);
      tx.emit(apiKeyRevoked, { workspace_id: call.tenant, key_id: id });
      return apiKeyView({ ...key, revokedAt });
    });
  }
}
