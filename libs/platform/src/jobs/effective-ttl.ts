import type { DataCategory } from '@smartscan/kernel';
import { effectiveTtl } from '@smartscan/contracts/retention';
import type { Call, Services } from '../ports/call.ts';

/** Seconds for which the caller's workspace keeps such data now; 0: not at all. Asked anew each time, never remembered. */
export const ttlSecondsOf = async (services: Services, call: Call, category: DataCategory): Promise<number> => {
  const input = { workspace_id: call.tenant, category };
  return (await services.call(effectiveTtl, input, call)).ttl_seconds;
};
