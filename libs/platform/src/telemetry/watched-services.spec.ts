import { custody, getScan } from '@smartscan/contracts/vitals';
import { Fault } from '@smartscan/kernel';
import { Dispatcher } from '../process/dispatcher.ts';
import type { Call } from '../ports/call.ts';
import { WatchedServices } from './watched-services.ts';

const call: Call = {
  tenant: '*',
  actor: { kind: 'system', id: 'test' },
  purpose: 'return_result',
  requestId: 'req_00000000000000000000000000',
  region: 'us-east-1',
  respondAsync: false,
  signal: new AbortController().signal,
};
const input = { id: 'scn_00000000000000000000000000' };

describe('services that are watched', () => {
  it('each call is told of with its operation, how it ended and its time; its answer and its Fault pass unchanged', async () => {
    const seen: unknown[] = [];
    const dispatcher = new Dispatcher();
    const services = new WatchedServices(dispatcher, (id, outcome, seconds) =>
      seen.push([id, outcome, seconds >= 0 && seconds < 5]),
    );
    await expect(services.call(getScan, input, call)).rejects.toMatchObject({ code: 'platform.not_served' });
    const gone = new Fault('not_found', 'vitals.scan_not_found', 'There is no such scan.');
    dispatcher.serve(getScan, () => Promise.reject(gone));
    await expect(services.stream(getScan, input, call, undefined)).rejects.toBe(gone);
    const swept = { deleted: 3, oldest_age_seconds: null };
    dispatcher.serve(custody.sweep, () => Promise.resolve(swept));
    expect(await services.call(custody.sweep, { category: 'vitals', limits: [] }, call)).toEqual(swept);
    expect(seen).toEqual([
      [getScan.id, 'unavailable', true],
      [getScan.id, 'not_found', true],
      [custody.sweep.id, 'ok', true],
    ]);
  });
});
