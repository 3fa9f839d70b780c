import type { getWorkspace } from '@smartscan/contracts/identity';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { workspaceOf, workspaceView } from './workspaces.ts';

export class GetWorkspace {
  constructor(private readonly work: UnitOfWork) {}

  run(_input: InputOf<typeof getWorkspace>, call: Call): Promise<OutputOf<typeof getWorkspace>> {
    return this.work.run(call, async (tx) => workspaceView(await workspaceOf(tx, call.tenant)));
  }
}
