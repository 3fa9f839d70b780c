import type { Call } from '@smartscan/platform/ports';

/** A call in the name of a tenant, as the gateway would make it. */
export const callOf = (given: Partial<Call> = {}): Call => ({
  tenant: 'wsp_00000000000000000000000000',
  actor: { kind: 'system', id: 'test' },
  purpose: 'return_result',
  requestId: 'req_00000000000000000000000000',
  region: 'us-east-1',
  respondAsync: false,
  signal: new AbortController().signal,
  ...given,
});
