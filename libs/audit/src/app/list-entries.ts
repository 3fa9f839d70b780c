import type { listEntries } from '@smartscan/contracts/audit';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import { cutPage } from '@smartscan/contracts/page';
import type { Call, UnitOfWork } from '@smartscan/platform/ports';
import { entriesBefore, type Entry } from './entries.ts';

type View = OutputOf<typeof listEntries>['items'][number];

export class ListEntries {
  constructor(private readonly work: UnitOfWork) {}

  run(input: InputOf<typeof listEntries>, call: Call): Promise<OutputOf<typeof listEntries>> {
    const { class: wanted, cursor, limit } = input;
    return this.work.run(call, async (tx) => {
      const rows = await entriesBefore(tx, { workspaceId: call.tenant, class: wanted, cursor, limit });
      const { items, next_cursor } = cutPage(rows, limit);
      return { items: items.map(view), next_cursor };
    });
  }
}

const view = (entry: Entry): View => ({
  id: entry.id,
  at: entry.at.toISOString(),
  event: entry.event,
  class: entry.class,
  actor: { kind: entry.actorKind, id: entry.actorId },
  purpose: entry.purpose,
  request_id: entry.requestId,
  facts: entry.facts,
});
