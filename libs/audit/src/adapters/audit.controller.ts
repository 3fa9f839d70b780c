import { Controller, Inject } from '@nestjs/common';
import { listEntries } from '@smartscan/contracts/audit';
import type { InputOf } from '@smartscan/contracts/operation';
import { Serves, type Call } from '@smartscan/platform/ports';
import { ListEntries } from '../app/list-entries.ts';

@Controller()
export class AuditController {
  constructor(@Inject(ListEntries) private readonly listEntries: ListEntries) {}

  @Serves(listEntries)
  list(input: InputOf<typeof listEntries>, call: Call) {
    return this.listEntries.run(input, call);
  }
}
