import { on, provide, UNIT_OF_WORK, type Context } from '@smartscan/platform/ports';
import { AuditController } from './adapters/audit.controller.ts';
import { auditedEvents } from './app/audited.ts';
import { entryTable } from './app/entries.ts';
import { ListEntries } from './app/list-entries.ts';
import { RecordEntry } from './app/record-entry.ts';

export const audit: Context = {
  name: 'audit',
  controllers: [AuditController],
  providers: [provide(ListEntries, [UNIT_OF_WORK]), provide(RecordEntry, [])],
  tables: [entryTable],
  migrations: new URL('../migrations/', import.meta.url),
  listens: auditedEvents().map((event) => on(event, RecordEntry)),
  schedules: [],
};
