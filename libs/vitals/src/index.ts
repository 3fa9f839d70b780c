import {
  CLOCK,
  HELD_BEAT_SECONDS,
  Holdings,
  IDS,
  LOG,
  METRICS,
  provide,
  provideByName,
  provideHoldings,
  SERVICES,
  SETTINGS,
  UNIT_OF_WORK,
  type Context,
} from '@smartscan/platform/ports';
import { CalibrationsController } from './adapters/calibrations.controller.ts';
import { RecordingsController } from './adapters/recordings.controller.ts';
import { ScansController } from './adapters/scans.controller.ts';
import { vitalsSettings, type VitalsSettings } from './adapters/settings.ts';
import { WorkerMeasure } from './adapters/worker-measure.ts';
import { ActiveScans } from './app/active-scan.ts';
import { Calibrate } from './app/calibrate.ts';
import { calibrationTable } from './app/calibrations.ts';
import { ConductScan } from './app/conduct-scan.ts';
import { EndScans, TendScans } from './app/end-scans.ts';
import { held } from './app/held.ts';
import { KeepTelemetry, telemetryTable } from './app/keep-telemetry.ts';
import { ReadScans } from './app/read-scans.ts';
import { RecordScan } from './app/record-scan.ts';
import { RunScan } from './app/run-scan.ts';
import { scanTable } from './app/scans.ts';

/** From a face video to vitals, in memory only. */
export const vitals: Context = {
  name: 'vitals',
  controllers: [ScansController, RecordingsController, CalibrationsController],
  providers: [
    provideHoldings(held),
    provide(ActiveScans, []),
    provide(KeepTelemetry, [UNIT_OF_WORK, CLOCK, IDS]),
    {
      provide: WorkerMeasure,
      inject: [SETTINGS, LOG, METRICS, ActiveScans],
      useFactory: (settings: VitalsSettings, log: never, metrics: never, active: ActiveScans) =>
        WorkerMeasure.start({ settings, log, metrics, active }),
    },
    provideByName(ConductScan, {
      work: UNIT_OF_WORK,
      services: SERVICES,
      clock: CLOCK,
      ids: IDS,
      active: ActiveScans,
      holdings: Holdings,
    }),
    provideByName(RunScan, {
      services: SERVICES,
      conduct: ConductScan,
      measure: WorkerMeasure,
      telemetry: KeepTelemetry,
    }),
    provideByName(RecordScan, {
      work: UNIT_OF_WORK,
      services: SERVICES,
      conduct: ConductScan,
      measure: WorkerMeasure,
      telemetry: KeepTelemetry,
      reads: ReadScans,
    }),
    provideByName(ReadScans, {
      work: UNIT_OF_WORK,
      services: SERVICES,
      clock: CLOCK,
      active: ActiveScans,
      holdings: Holdings,
    }),
    provide(Calibrate, [UNIT_OF_WORK, SERVICES, CLOCK, IDS]),
    provide(EndScans, [UNIT_OF_WORK, CLOCK, ActiveScans, Holdings]),
    provideByName(TendScans, {
      work: UNIT_OF_WORK,
      clock: CLOCK,
      active: ActiveScans,
      recordings: RecordScan,
      holdings: Holdings,
    }),
  ],
  tables: [scanTable, calibrationTable, telemetryTable, held],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [],
  schedules: [{ name: 'tend_scans', everySeconds: HELD_BEAT_SECONDS, inEachProcess: true, job: TendScans }],
  settings: vitalsSettings,
};
