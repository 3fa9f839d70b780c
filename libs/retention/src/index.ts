import { workspaceCreated } from '@smartscan/contracts/identity';
import { CLOCK, IDS, LOG, METRICS, on, PLACE, provide, SERVICES, UNIT_OF_WORK } from '@smartscan/platform/ports';
import type { Context } from '@smartscan/platform/ports';
import { RetentionController } from './adapters/retention.controller.ts';
import { SweepMetrics } from './adapters/sweep-metrics.ts';
import { policyTable } from './app/policies.ts';
import { EnforceRetention } from './app/enforce-retention.ts';
import { GetPolicy } from './app/get-policy.ts';
import { RegisterWorkspace } from './app/register-workspace.ts';
import { SetTtl } from './app/set-ttl.ts';

import { SystemCalls } from './app/system-calls.ts';
import { TellEffectiveTtl } from './app/tell-effective-ttl.ts';
import { workspaceTable } from './app/workspaces.ts';

export const retention: Context = {
  name: 'retention',
  controllers: [RetentionController],
  providers: [
    provide(GetPolicy, [UNIT_OF_WORK]),
    provide(SetTtl, [UNIT_OF_WORK, CLOCK]),
    provide(TellEffectiveTtl, [UNIT_OF_WORK]),
    provide(RegisterWorkspace, []),
    provide(SystemCalls, [IDS, PLACE]),
    provide(SweepMetrics, [METRICS, LOG]),
    provide(EnforceRetention, [UNIT_OF_WORK, SERVICES, SystemCalls, SweepMetrics]),
  ],
  tables: [workspaceTable, policyTable],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [on(workspaceCreated, RegisterWorkspace)],
  // Ours: a fifteenth of the time within which what is over must be gone (P23).
  schedules: [{ name: 'enforce_retention', everySeconds: 60, job: EnforceRetention }],
};
