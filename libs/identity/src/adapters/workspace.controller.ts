import { Controller, Inject } from '@nestjs/common';
import { createWorkspace, getWorkspace } from '@smartscan/contracts/identity';
import type { InputOf } from '@smartscan/contracts/operation';
import { Serves, type Call } from '@smartscan/platform/ports';
import { CreateWorkspace } from '../app/create-workspace.ts';
import { GetWorkspace } from '../app/get-workspace.ts';

@Controller()
export class WorkspaceController {
  constructor(
    @Inject(CreateWorkspace) private readonly createWorkspace: CreateWorkspace,
    @Inject(GetWorkspace) private readonly getWorkspace: GetWorkspace,
  ) {}

  @Serves(createWorkspace)
  create(input: InputOf<typeof createWorkspace>, call: Call) {
    return this.createWorkspace.run(input, call);
  }

  @Serves(getWorkspace)
  get(input: InputOf<typeof getWorkspace>, call: Call) {
    return this.getWorkspace.run(input, call);
  }
}
