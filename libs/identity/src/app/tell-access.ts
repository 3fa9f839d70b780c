import type { z } from 'zod';
import type { apiKeyCreated, apiKeyRevoked, workspaceCreated } from '@smartscan/contracts/identity';
import type { EventHandler, Tx } from '@smartscan/platform/ports';
import type { Access } from './access.ts';

export class TellOwner implements EventHandler<typeof workspaceCreated.body> {
  constructor(private readonly access: Access) {}

  handle(tx: Tx, body: z.output<typeof workspaceCreated.body>): Promise<void> {
    return this.access.tellOwner(tx, body.workspace_id);
  }
}

/** Of a key that was made or revoked. What it may do is read from its row: a made key may be revoked by now. */
export class TellKey implements EventHandler<(typeof apiKeyCreated | typeof apiKeyRevoked)['body']> {
  constructor(private readonly access: Access) {}

  handle(tx: Tx, body: z.output<(typeof apiKeyCreated | typeof apiKeyRevoked)['body']>): Promise<void> {
    return this.access.tellKey(tx, body.workspace_id, body.key_id);
  }
}
