import {
  ActiveJobs,
  CLOCK,
  HELD_BEAT_SECONDS,
  IDS,
  Jobs,
  KnownJobs,
  LOG,
  METRICS,
  provideByName,
  provideHoldings,
  provideJobs,
  SETTINGS,
  TendJobs,
  UNIT_OF_WORK,
  type Context,
} from '@smartscan/platform/ports';
import { DocumentsController } from './adapters/documents.controller.ts';
import { extractionSettings, type ExtractionSettings } from './adapters/settings.ts';
import { WorkerExtract } from './adapters/worker-extract.ts';
import { DOCUMENTS, documentTable, held } from './app/documents.ts';
import { KnownDocuments } from './app/known-documents.ts';
import { pageImageTable } from './app/page-images.ts';
import { ReadDocument } from './app/read-document.ts';

/** From photos of medical devices and clinical documents to coded data, in memory only. */
export const extraction: Context = {
  name: 'extraction',
  controllers: [DocumentsController],
  providers: [
    provideHoldings(held),
    ...provideJobs(DOCUMENTS),
    {
      provide: WorkerExtract,
      inject: [SETTINGS, LOG, METRICS, ActiveJobs],
      useFactory: (settings: ExtractionSettings, log: never, metrics: never, active: never) =>
        WorkerExtract.start({ settings, log, metrics, active }),
    },
    provideByName(ReadDocument, { jobs: Jobs, extract: WorkerExtract, clock: CLOCK, ids: IDS }),
    provideByName(KnownDocuments, { jobs: KnownJobs, work: UNIT_OF_WORK, clock: CLOCK }),
  ],
  tables: [documentTable, pageImageTable, held],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [],
  schedules: [{ name: 'tend_documents', everySeconds: HELD_BEAT_SECONDS, inEachProcess: true, job: TendJobs }],
  settings: extractionSettings,
};
