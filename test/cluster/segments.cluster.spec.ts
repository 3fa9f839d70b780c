import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';
import { filesWith, holds, makeFaceVideo } from '@smartscan/testing';
import { testEngines } from '@smartscan/testing/engines';
import { buildWorld, signUp, type World } from '../journeys/world.ts';

/** Runs last (see the sequencer): by then the journeys have left whatever they leave. */
describe('what the engines keep after all journeys', () => {
  let canaries: readonly string[];
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
    const { canaryFile } = testEngines();
    const own = `canary-of-the-segments-${randomBytes(4).toString('hex')}`;
    // One journey more, so that there is something to look for also where this file runs alone.
    const customer = await signUp(world.url);
    const video = await makeFaceVideo({ seconds: 12, width: 320, height: 240, canary: own });
    const scanned = await customer.scan(video, { 'smartscan-patient-id': own, 'smartscan-visit-id': own });
    expect(scanned.status).toBe(200);
    const earlier = existsSync(canaryFile) ? (await readFile(canaryFile, 'utf8')).trim().split('\n') : [];
    canaries = [...new Set([...earlier, own])];
  }, 180_000);
  afterAll(() => world.stop());

  it('P11 P13: no log segment of Kafka, no page of PostgreSQL, no object holds anything of a video, a patient or a visit', async () => {
    const found: string[] = [];
    for (const folder of testEngines().folders) found.push(...(await filesWith(folder, ...canaries)));
    expect(found).toEqual([]);
    process.stdout.write(`${JSON.stringify({ canaries: canaries.length, folders: testEngines().folders.length })}\n`);
  }, 900_000);

  it('P11: no line of any service’s log does', () => {
    const logged = world.logged();
    expect(logged.length).toBeGreaterThan(1_000);
    expect(canaries.filter((canary) => holds(logged, canary))).toEqual([]);
  });

  it('and the search would find it: a canary that is put on a topic is found in its segment', async () => {
    const { brokers, kafkaFolder } = testEngines();
    const planted = `planted-${randomBytes(8).toString('hex')}`;
    const kafka = new Kafka({ brokers: [...brokers], clientId: 'canary', logLevel: logLevel.NOTHING });
    const [admin, producer] = [kafka.admin(), kafka.producer()];
    await Promise.all([admin.connect(), producer.connect()]);
    try {
      await admin.createTopics({ topics: [{ topic: 'canary', numPartitions: 1 }] });
      await producer.send({ topic: 'canary', messages: [{ value: planted }] });
      expect((await filesWith(kafkaFolder, planted)).length).toBeGreaterThan(0);
    } finally {
      await admin.deleteTopics({ topics: ['canary'] });
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    }
  });
});
