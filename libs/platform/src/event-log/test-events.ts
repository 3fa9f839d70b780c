import { randomBytes } from 'node:crypto';
import type { Envelope, EventLog } from '../ports/event-log.ts';

/** Lets `handle` receive a group's events of a type; resolves when the member has its share. */
export async function listen(
  log: Pick<EventLog, 'strategy'>,
  group: string,
  { topic, type }: Pick<Envelope, 'topic' | 'type'>,
  handle: (envelope: Envelope) => Promise<void> | void,
): Promise<{ close(): Promise<void> }> {
  const strategy = log.strategy(group, [topic]);
  strategy.addHandler(type, async (envelope: Envelope) => handle(envelope), true);
  await new Promise<void>((resolve, reject) => {
    strategy.listen((error) => (error === undefined ? resolve() : reject(error as Error)));
  });
  return { close: async () => strategy.close() };
}

export const testEvent = (key: string, differing: Partial<Envelope> = {}): Envelope => ({
  id: `evt_${randomBytes(13).toString('hex').toUpperCase()}`,
  type: 'shop.thing_sold.v1',
  topic: 'smartscan.shop',
  key,
  time: new Date().toISOString(),
  tenant: 'wsp_00000000000000000000000000',
  actor: { kind: 'system', id: 'test' },
  purpose: 'provide_service',
  requestId: 'req_00000000000000000000000000',
  region: 'eu-west-1',
  traceparent: '',
  body: '{"n":0}',
  ...differing,
});
