import {
  ActiveJobs,
  CLOCK,
  HELD_BEAT_SECONDS,
  IDS,
  Jobs,
  KnownJobs,
  LOG,
  METRICS,
  provide,
  provideByName,
  provideHoldings,
  provideJobs,
  SETTINGS,
  TendJobs,
  UNIT_OF_WORK,
  type Context,
} from '@smartscan/platform/ports';
import { CalibrationsController } from './adapters/calibrations.controller.ts';
import { RecordingsController } from './adapters/recordings.controller.ts';
import { ScansController } from './adapters/scans.controller.ts';
import { vitalsSettings, type VitalsSettings } from './adapters/settings.ts';
import { WorkerMeasure } from './adapters/worker-measure.ts';
import { Calibrate } from './app/calibrate.ts';
import { calibrationTable } from './app/calibrations.ts';
import { KeepTelemetry, telemetryTable } from './app/keep-telemetry.ts';
import { RecordScan } from './app/record-scan.ts';
import { RunScan } from './app/run-scan.ts';
import { ScanTasks } from './app/scan-tasks.ts';
import { held, SCANS, scanTable } from './app/scans.ts';

/** From a face video to vitals, in memory only. */
export const vitals: Context = {
  name: 'vitals',
  controllers: [ScansController, RecordingsController, CalibrationsController],
  providers: [
    provideHoldings(held),
    ...provideJobs(SCANS, [RecordScan]),
    provide(KeepTelemetry, [UNIT_OF_WORK, CLOCK, IDS]),
    {
      provide: WorkerMeasure,
      inject: [SETTINGS, LOG, METRICS, ActiveJobs],
      useFactory: (settings: VitalsSettings, log: never, metrics: never, active: never) =>
        WorkerMeasure.start({ settings, log, metrics, active }),
    },
    provide(ScanTasks, [CLOCK]),
    provideByName(RunScan, { jobs: Jobs, tasks: ScanTasks, measure: WorkerMeasure, telemetry: KeepTelemetry }),
    provideByName(RecordScan, {
      work: UNIT_OF_WORK,
      jobs: Jobs,
      known: KnownJobs,
      tasks: ScanTasks,
      measure: WorkerMeasure,
      telemetry: KeepTelemetry,
    }),
    provide(Calibrate, [UNIT_OF_WORK, Jobs, CLOCK, IDS]),
  ],
  tables: [scanTable, calibrationTable, telemetryTable, held],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [],
  schedules: [{ name: 'tend_scans', everySeconds: HELD_BEAT_SECONDS, inEachProcess: true, job: TendJobs }],
  settings: vitalsSettings,
};
