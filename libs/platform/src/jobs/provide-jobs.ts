import type { Provider, Type } from '@nestjs/common';
import type { Clock } from '@smartscan/kernel';
import { Holdings } from '../peers/holdings.ts';
import type { Services } from '../ports/call.ts';
import type { Ids } from '../ports/ids.ts';
import { CLOCK, IDS, SERVICES, UNIT_OF_WORK } from '../ports/tokens.ts';
import type { UnitOfWork } from '../ports/work.ts';
import { ActiveJobs } from './active-jobs.ts';
import type { JobKind } from './job.ts';
import { Jobs } from './jobs.ts';
import { KnownJobs } from './known-jobs.ts';
import { TendJobs } from './tend-jobs.ts';

/** Something else that is asked for again under a job's id. */
export interface AlsoHas {
  has(id: string): boolean;
}

/**
 * What a context with jobs of one kind needs beside `provideHoldings`: `ActiveJobs`, `Jobs`, `KnownJobs`, and `TendJobs` for a schedule.
 *
 * @param others providers that have something under a job's id as well
 */
export const provideJobs = (kind: JobKind, others: readonly Type<AlsoHas>[] = []): Provider[] => [
  { provide: ActiveJobs, useFactory: () => new ActiveJobs() },
  {
    provide: Jobs,
    inject: [UNIT_OF_WORK, SERVICES, CLOCK, IDS, ActiveJobs, Holdings],
    useFactory: (
      ...[work, services, clock, ids, active, holdings]: [UnitOfWork, Services, Clock, Ids, ActiveJobs, Holdings]
    ) => new Jobs({ kind, work, services, clock, ids, active, holdings }),
  },
  {
    provide: KnownJobs,
    inject: [UNIT_OF_WORK, SERVICES, CLOCK, ActiveJobs, Holdings],
    useFactory: (...[work, services, clock, active, holdings]: [UnitOfWork, Services, Clock, ActiveJobs, Holdings]) =>
      new KnownJobs({ kind, work, services, clock, active, holdings }),
  },
  {
    provide: TendJobs,
    inject: [UNIT_OF_WORK, CLOCK, ActiveJobs, Holdings, ...others],
    useFactory: (
      ...[work, clock, active, holdings, ...also]: [UnitOfWork, Clock, ActiveJobs, Holdings, ...AlsoHas[]]
    ) => new TendJobs({ kind, work, clock, active, holdings, alsoHas: (id) => also.some((one) => one.has(id)) }),
  },
];
