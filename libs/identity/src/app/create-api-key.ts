import { apiKeyCreated, type createApiKey } from '@smartscan/contracts/identity';
import type { InputOf, OutputOf, Scope } from '@smartscan/contracts/operation';
import { Fault, type Clock } from '@smartscan/kernel';
import type { Call, Tx, UnitOfWork } from '@smartscan/platform/ports';
import { refuseExpiryInPast, refuseScopesNotHeld, refuseUnlessLive } from '../domain/api-key.ts';
import type { Access } from './access.ts';
import { addApiKey, apiKeyView, apiKeyOf } from './api-keys.ts';
import type { NewRecords } from './new-records.ts';

export class CreateApiKey {
  constructor(
    private readonly work: UnitOfWork,
    private readonly records: NewRecords,
    private readonly clock: Clock,
    private readonly access: Access,
  ) {}

  async run(input: InputOf<typeof createApiKey>, call: Call): Promise<OutputOf<typeof createApiKey>> {
    const expiresAt = input.expires_at === null ? null : new Date(input.expires_at);
    refuseExpiryInPast(expiresAt, this.clock.nowMs());
    const key = this.records.apiKey(call.tenant, { name: input.name, scopes: input.scopes, expiresAt });
    await this.work.run(call, async (tx) => {
      refuseScopesNotHeld(await this.scopesOfCaller(tx, call), input.scopes);
      await addApiKey(tx, key.row);
      tx.emit(apiKeyCreated, { workspace_id: call.tenant, key_id: key.row.id });
    });
    await this.access.tellAtOnce(call, (tx) => this.access.tellKey(tx, call.tenant, key.row.id));
    return { ...apiKeyView(key.row), secret: key.secret };
  }

  /** Read anew: what the gateway knew of the calling key may be some seconds old. */
  private async scopesOfCaller(tx: Tx, { tenant, actor }: Call): Promise<readonly Scope[]> {
    const caller = actor.kind === 'api_key' ? await apiKeyOf(tx, tenant, actor.id) : null;
    if (!caller) throw new Fault('forbidden', 'identity.scope_not_held', 'Only an API key can make API keys.');
    refuseUnlessLive(caller, this.clock.nowMs());
    return caller.scopes;
  }
}
