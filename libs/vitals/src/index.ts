import {
  CLOCK,
  IDS,
  LOG,
  METRICS,
  provide,
  provideByName,
  SERVICES,
  SETTINGS,
  UNIT_OF_WORK,
  type Context,
} from '@smartscan/platform/ports';
import { ScansController } from './adapters/scans.controller.ts';
import { vitalsSettings, type VitalsSettings } from './adapters/settings.ts';
import { WorkerMeasure } from './adapters/worker-measure.ts';
import { ActiveScans } from './app/active-scan.ts';
import { BEAT_SECONDS, EndScans, TendScans } from './app/end-scans.ts';
import { KeepTelemetry, telemetryTable } from './app/keep-telemetry.ts';
import { ReadScans } from './app/read-scans.ts';
import { RunScan } from './app/run-scan.ts';
import { scanTable } from './app/scans.ts';

/** From a face video to vitals, in memory only. */
export const vitals: Context = {
  name: 'vitals',
  controllers: [ScansController],
  providers: [
    provide(ActiveScans, []),
    provide(KeepTelemetry, [UNIT_OF_WORK, CLOCK, IDS]),
    {
      provide: WorkerMeasure,
      inject: [SETTINGS, LOG, METRICS, ActiveScans],
      useFactory: (settings: VitalsSettings, log: never, metrics: never, active: ActiveScans) =>
        WorkerMeasure.start({ settings, log, metrics, active }),
    },
    provideByName(RunScan, {
      work: UNIT_OF_WORK,
      services: SERVICES,
      clock: CLOCK,
      ids: IDS,
      active: ActiveScans,
      measure: WorkerMeasure,
      telemetry: KeepTelemetry,
    }),
    provide(ReadScans, [UNIT_OF_WORK, SERVICES, CLOCK, ActiveScans]),
    provide(EndScans, [UNIT_OF_WORK, CLOCK, ActiveScans]),
    provide(TendScans, [UNIT_OF_WORK, CLOCK, ActiveScans]),
  ],
  tables: [scanTable, telemetryTable],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [],
  schedules: [{ name: 'tend_scans', everySeconds: BEAT_SECONDS, job: TendScans }],
  settings: vitalsSettings,
};
