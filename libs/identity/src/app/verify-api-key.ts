import type { verifyApiKey } from '@smartscan/contracts/identity';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import { Fault, type Clock } from '@smartscan/kernel';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { refuseUnlessLive } from '../domain/api-key.ts';
import { apiKeyByDigest } from './api-keys.ts';
import { workspaceOf } from './workspaces.ts';

/** Tells whose a key is and what it may do. The one place where keys of all workspaces are met. */
export class VerifyApiKey {
  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  run({ digest }: InputOf<typeof verifyApiKey>, call: Call): Promise<OutputOf<typeof verifyApiKey>> {
    return this.work.run({ ...call, tenant: '*', purpose: 'secure_service' }, async (tx) => {
      const key = await apiKeyByDigest(tx, digest);
      if (!key) throw new Fault('unauthenticated', 'identity.api_key_unknown', 'This API key is not known here.');
      refuseUnlessLive(key, this.clock.nowMs());
      const { plan } = await workspaceOf(tx, key.workspaceId);
      return {
        key_id: key.id,
        workspace_id: key.workspaceId,
        scopes: key.scopes,
        expires_at: key.expiresAt?.toISOString() ?? null,
        plan,
      };
    });
  }
}
