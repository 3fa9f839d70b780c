import type { z } from 'zod';
import type { workspaceCreated } from '@smartscan/contracts/identity';
import type { EventHandler, Tx } from '@smartscan/platform/ports';
import { addWorkspace } from './workspaces.ts';

/** Learns of a workspace, so that its own times hold for it and the sweep goes through it. */
export class RegisterWorkspace implements EventHandler<typeof workspaceCreated.body> {
  async handle(tx: Tx, body: z.output<typeof workspaceCreated.body>): Promise<void> {
    await addWorkspace(tx, { id: body.workspace_id, plan: body.plan, region: body.region });
  }
}
