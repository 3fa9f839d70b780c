import { Fault } from '@smartscan/kernel';
import { pauseAfter } from '../../event-log/retry.ts';
import { silent } from './test-log.ts';
import { asUnavailable, reasonOf, settle, within } from './client.ts';

const options = { brokers: ['127.0.0.1:9092'], clientId: 'test', log: silent };

it('without further words, a write counts when all brokers but one have it, and three keep it', () => {
  expect(settle(options)).toMatchObject({ replicas: 3, minInSync: 2, partitions: 6, createsTopics: false });
  expect(settle({ ...options, replicas: 1 })).toMatchObject({ replicas: 1, minInSync: 1 });
});

it('later tries come after 2 s to 15 minutes, half an hour in all', () => {
  const { later } = settle(options);
  const pauses = Array.from({ length: later.attempts }, (_, n) =>
    pauseAfter(n + 1, { ...later, attempts: later.attempts + 1 }),
  );
  expect(Math.round(pauses[0] ?? 0)).toBe(2_000);
  expect(Math.round(pauses.at(-1) ?? 0)).toBe(900_000);
  expect(Math.round(pauses.reduce((sum, pause) => sum + pause, 0) / 60_000)).toBe(30);
});

it('of an error only its name is told, the innermost, and never a text', () => {
  const broker = Object.assign(new Error('secret text'), { name: 'KafkaJSProtocolError', type: 'NOT_ENOUGH_REPLICAS' });
  const outer = Object.assign(new Error('secret text'), { name: 'KafkaJSNumberOfRetriesExceeded', cause: broker });
  expect(reasonOf(outer)).toBe('NOT_ENOUGH_REPLICAS');
  expect(reasonOf(Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
  expect(reasonOf(Object.assign(new Error('secret'), { name: 'a text, with words' }))).toBe('unknown');
  expect(reasonOf(undefined)).toBe('unknown');
  const fault = asUnavailable(outer);
  expect(fault).toMatchObject({ kind: 'unavailable', code: 'platform.event_log_unavailable' });
  expect(JSON.stringify([fault.message, fault.extras])).not.toContain('secret');
});

it('a Fault stays what it is, and a missing topic says which step makes it', () => {
  const fault = new Fault('invalid', 'shop.sick', 'Sick.');
  expect(asUnavailable(fault)).toBe(fault);
  const missing = Object.assign(new Error(), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
  expect(asUnavailable(missing)).toMatchObject({ kind: 'unavailable', code: 'platform.topic_missing' });
});

it('the client complains of one part once in ten seconds, whatever it has to say', () => {
  const told: unknown[] = [];
  const { complain } = settle({
    ...options,
    log: { ...silent, warn: (name, fields) => void told.push([name, fields]) },
  });
  for (let n = 0; n < 100; n += 1) complain('Connection');
  complain('Consumer');
  expect(told).toEqual([
    ['kafka.client', { part: 'Connection' }],
    ['kafka.client', { part: 'Consumer' }],
  ]);
});

it('what gives no answer is given up in time', async () => {
  const startedAt = performance.now();
  await expect(within(new Promise(() => undefined), 20)).rejects.toMatchObject({ code: 'TIMED_OUT' });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await expect(within(Promise.resolve(7), 20)).resolves.toBe(7);
});
