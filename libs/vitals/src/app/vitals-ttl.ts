import { effectiveTtl } from '@smartscan/contracts/retention';
import type { Call, Services } from '@smartscan/platform/ports';

/** Seconds for which the caller's workspace keeps vitals now; 0: not at all. Asked anew each time, never remembered. */
export async function vitalsTtl(services: Services, call: Call): Promise<number> {
  const input = { workspace_id: call.tenant, category: 'vitals' as const };
  return (await services.call(effectiveTtl, input, call)).ttl_seconds;
}
