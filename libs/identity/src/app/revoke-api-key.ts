import { apiKeyRevoked, type revokeApiKey } from '@smartscan/contracts/identity';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import { Fault, type Clock } from '@smartscan/kernel';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import type { Access } from './access.ts';
import { apiKeyOf, apiKeyView, markRevoked } from './api-keys.ts';

export class RevokeApiKey {
  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    private readonly access: Access,
  ) {}

  async run({ id }: InputOf<typeof revokeApiKey>, call: Call): Promise<OutputOf<typeof revokeApiKey>> {
    const key = await this.work.run(call, async (tx) => {
      const revoked = await markRevoked(tx, call.tenant, id, new Date(this.clock.nowMs()));
      if (revoked) tx.emit(apiKeyRevoked, { workspace_id: call.tenant, key_id: id });
      const found = await apiKeyOf(tx, call.tenant, id);
      if (!found) throw new Fault('not_found', 'identity.api_key_not_found', 'There is no such API key.');
      return found;
    });
    await this.access.tellAtOnce(call, (tx) => this.access.tellKey(tx, call.tenant, id));
    return apiKeyView(key);
  }
}
