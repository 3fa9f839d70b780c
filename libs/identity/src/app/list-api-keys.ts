import type { listApiKeys } from '@smartscan/contracts/identity';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import { cutPage } from '@smartscan/contracts/page';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { apiKeysBefore, apiKeyView } from './api-keys.ts';

export class ListApiKeys {
  constructor(private readonly work: UnitOfWork) {}

  run({ limit, cursor }: InputOf<typeof listApiKeys>, call: Call): Promise<OutputOf<typeof listApiKeys>> {
    return this.work.run(call, async (tx) => {
      const { items, next_cursor } = cutPage(await apiKeysBefore(tx, call.tenant, cursor, limit), limit);
      return { items: items.map(apiKeyView), next_cursor };
    });
  }
}
