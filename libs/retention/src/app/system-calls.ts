import type { Call, Ids, Place } from '@smartscan/platform/ports';

/** Makes the calls that no request asked for: those of a schedule, on behalf of every workspace. */
export class SystemCalls {
  constructor(
    private readonly ids: Ids,
    private readonly place: Place,
  ) {}

  /** `deadlineMs`: from now on; what is under way then is given up. */
  begin(deadlineMs: number): Call {
    return {
      tenant: '*',
      actor: { kind: 'system', id: 'retention' },
      purpose: 'enforce_retention',
      requestId: this.ids.next('request'),
      region: this.place.region,
      respondAsync: false,
      signal: AbortSignal.timeout(deadlineMs),
    };
  }
}
