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
import { CalibrationsController } from './adapters/calibrations.controller.ts';
import { RecordingsController } from './adapters/recordings.controller.ts';
import { ScansController } from './adapters/scans.controller.ts';
import { vitalsSettings, type VitalsSettings } from './adapters/settings.ts';
import { WorkerMeasure } from './adapters/worker-measure.ts';
import { ActiveScans } from './app/active-scan.ts';
import { Calibrate } from './app/calibrate.ts';
import { calibrationTable } from './app/calibrations.ts';
import { ConductScan } from './app/conduct-scan.ts';
import { BEAT_SECONDS, EndScans, TendScans } from './app/end-scans.ts';
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
    provide(ReadScans, [UNIT_OF_WORK, SERVICES, CLOCK, ActiveScans]),
    provide(Calibrate, [UNIT_OF_WORK, SERVICES, CLOCK, IDS]),
    provide(EndScans, [UNIT_OF_WORK, CLOCK, ActiveScans]),
    provide(TendScans, [UNIT_OF_WORK, CLOCK, ActiveScans]),
  ],
  tables: [scanTable, calibrationTable, telemetryTable],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [],
  schedules: [{ name: 'tend_scans', everySeconds: BEAT_SECONDS, job: TendScans }],
  settings: vitalsSettings,
};
