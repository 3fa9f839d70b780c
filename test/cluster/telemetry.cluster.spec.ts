import { randomBytes } from 'node:crypto';
import { OWNERS } from '@smartscan/contracts/owners';
import {
  eventually,
  holds,
  makeFaceVideo,
  startCollector,
  type CollectedSpan,
  type Collector,
} from '@smartscan/testing';
import { Cell } from '@smartscan/testing/cell';
import { startKafka, testEngines, type KafkaEngine } from '@smartscan/testing/engines';
import { signUp } from '../journeys/world.ts';

describe('what a cell tells of itself', () => {
  const secret = `canary-of-the-traces-${randomBytes(6).toString('hex')}`;
  let kafka: KafkaEngine;
  let collector: Collector;
  let cell: Cell;
  let apiKey: string;
  beforeAll(async () => {
    [kafka, collector] = await Promise.all([startKafka(), startCollector()]);
    cell = await Cell.start(
      { ...testEngines(), brokers: kafka.brokers },
      { env: { SMARTSCAN_TRACES_ENDPOINT: collector.endpoint, SMARTSCAN_TRACES_RATIO: '1' } },
    );
    const customer = await signUp(cell.url);
    apiKey = customer.key;
    const video = await makeFaceVideo({ seconds: 12, width: 320, height: 240, canary: secret });
    const { status, body } = await customer.scan(video, {
      'smartscan-patient-id': secret,
      'smartscan-visit-id': secret,
      'idempotency-key': `"${secret}"`,
    });
    expect(status).toBe(200);
    expect((await customer.ask('GET', `/v1/scans/${body['id'] as string}`)).body['patient_id']).toBe(secret);
  }, 240_000);
  afterAll(async () => {
    await cell.stop();
    await Promise.all([kafka.dispose(), collector.close()]);
  }, 120_000);

  const serviceOf = (span: CollectedSpan): string => String(span.resource['service.name']);
  const heardInAudit = (): CollectedSpan | undefined =>
    collector
      .spans()
      .find((span) => span.name === 'event.deliver' && span.attributes['event_type'] === 'vitals.scan_completed.v1');

  it('one scan is one trace, from the gateway over HTTP to vitals and over Kafka to the audit', async () => {
    const delivery = await eventually(heardInAudit, 30_000);
    const way: CollectedSpan[] = [];
    for (let span: CollectedSpan | undefined = delivery; span; ) {
      way.unshift(span);
      const above: string = span.parentSpanId;
      span = await eventually(
        () => above === '' || collector.spans().find((one) => one.traceId === delivery.traceId && one.spanId === above),
        15_000,
      ).then((found) => (found === true ? undefined : found));
    }
    expect(way[0]?.name).toBe('http.request');
    const services = way.map(serviceOf).filter((service, at, all) => service !== all[at - 1]);
    expect(services).toEqual(['gateway', 'vitals', 'audit']);
  }, 90_000);

  it('P11 P13: nothing of a video, a patient, a visit or a key is in any byte that was exported', async () => {
    await eventually(heardInAudit, 30_000);
    const bytes = collector.bytes();
    expect(bytes.length).toBeGreaterThan(1_000);
    expect([secret, apiKey].filter((value) => holds(bytes, value))).toEqual([]);
  });

  it.each(OWNERS)(
    '%s tells of its outbox, its pools and what it leans on; P13: in no label a tenant or an id',
    async (owner) => {
      const text = await (await fetch(`${cell.service(owner).spec.opsUrl}/metrics`)).text();
      for (const name of [
        'outbox_oldest_age_seconds',
        'outbox_pending_events',
        'database_pool_connections',
        'dependency_up',
      ])
        expect([name, new RegExp(`^${name}\\{[^}]*\\} \\d`, 'm').test(text)]).toEqual([name, true]);
      expect(text).toMatch(/^dependency_up\{dependency="events"\} 1$/m);
      expect([secret, apiKey].filter((value) => holds(text, value))).toEqual([]);
      expect(text).not.toMatch(/="\w+_[0-9A-HJKMNP-TV-Z]{26}"/);
    },
  );

  it('who listens to events tells how far behind it is and what it has parked', async () => {
    const text = await (await fetch(`${cell.service('audit').spec.opsUrl}/metrics`)).text();
    expect(text).toMatch(/^event_log_lag_events\{group="audit"\} \d/m);
    expect(text).toMatch(/^event_log_parked_events\{group="audit"\} 0$/m);
  });

  it('the broker’s death is told and takes no service out of rotation', async () => {
    await kafka.engine.kill();
    const readiness = await eventually(async () => {
      const answer = await fetch(`${cell.service('identity').spec.opsUrl}/health/ready`);
      const body = (await answer.json()) as { ok: boolean; dependencies: Record<string, string> };
      return body.dependencies['events'] === 'down' && { status: answer.status, ...body };
    }, 30_000);
    expect(readiness).toMatchObject({ status: 200, ok: true, dependencies: { database: 'up', events: 'down' } });
    await kafka.engine.start();
    await eventually(async () => {
      const answer = await fetch(`${cell.service('identity').spec.opsUrl}/health/ready`);
      return ((await answer.json()) as { dependencies: Record<string, string> }).dependencies['events'] === 'up';
    }, 60_000);
  }, 120_000);
});
