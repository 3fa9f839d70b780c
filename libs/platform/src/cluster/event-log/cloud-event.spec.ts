import fc from 'fast-check';
import type { Envelope } from '../../ports/event-log.ts';
import { toEnvelope, toRecord, typeOf, type Outgoing } from './cloud-event.ts';

/** As the broker hands it out again: bytes. */
const received = ({ key, value, headers }: Outgoing) => ({
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
});

const text = fc.string({ unit: 'grapheme' });
const envelopes: fc.Arbitrary<Envelope> = fc.record({
  id: text,
  type: text,
  topic: fc.constant('smartscan.shop'),
  key: text,
  time: text,
  tenant: text,
  actor: fc.record({ kind: fc.constantFrom<Envelope['actor']['kind']>('system', 'api_key'), id: text }),
  purpose: text,
  requestId: text,
  region: text,
  traceparent: text,
  body: text,
});

it('an event arrives with everything that it left with, whatever is in it', () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      const record = received(toRecord(envelope));
      expect(toEnvelope(record, envelope.topic)).toEqual(envelope);
      expect(typeOf(record)).toBe(envelope.type);
    }),
  );
});

it('speaks the binary mode of the CloudEvents Kafka binding', () => {
  const record = toRecord({
    id: 'evt_01',
    type: 'shop.thing_sold.v1',
    topic: 'smartscan.shop',
    key: 'thing_01',
    time: '2026-11-23T20:00:00.120Z',
    tenant: 'wsp_01',
    actor: { kind: 'api_key', id: 'key_01' },
    purpose: 'provide_service',
    requestId: 'req_01',
    region: 'eu-west-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    body: '{"n":0}',
  });
  expect(record).toEqual({
    topic: 'smartscan.shop',
    key: 'thing_01',
    value: '{"n":0}',
    headers: {
      ce_specversion: '1.0',
      ce_id: 'evt_01',
      ce_type: 'shop.thing_sold.v1',
      ce_source: 'urn:smartscan:shop:eu-west-1',
      ce_time: '2026-11-23T20:00:00.120Z',
      'content-type': 'application/json',
      ce_tenant: 'wsp_01',
      ce_actorkind: 'api_key',
      ce_actorid: 'key_01',
      ce_purpose: 'provide_service',
      ce_requestid: 'req_01',
      ce_region: 'eu-west-1',
      ce_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
  });
  // CloudEvents 1.0.2, 3.1: lower-case letters and digits, 20 at most where it can be.
  const attributes = Object.keys(record.headers).filter((name) => name.startsWith('ce_'));
  expect(attributes.every((name) => /^ce_[a-z0-9]{1,20}$/.test(name))).toBe(true);
});

it('a record of somebody else has no type that anybody here handles', () => {
  expect(typeOf({ headers: {} })).toBe('');
  expect(typeOf({})).toBe('');
});
