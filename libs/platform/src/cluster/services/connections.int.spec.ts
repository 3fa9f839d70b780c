import { createHash, randomBytes } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueFor, makeAuthority, type Authority } from '@smartscan/testing/certificates';
import { collectGarbage } from '@smartscan/testing/processes';
import { echo, faultOf, follow, settle, someCall, until, upload } from '@smartscan/testing/services';
import { Fault } from '@smartscan/kernel';
import { Reply, type Chunks, type Services } from '../../ports/call.ts';
import type { CertificateFiles } from './certificates.ts';
import { TestServices } from './test-rig.ts';
import { WINDOW_BYTES } from './incoming-body.ts';

const CHUNK_BYTES = 65_536;

/** What a count stays at: no settling time is long enough for a busy machine. */
const whenSteady = async (count: () => number): Promise<number> => {
  for (;;) {
    const before = count();
    await settle();
    await settle();
    if (count() === before) return before;
  }
};

async function* count(to: number, pauseMs = 0): AsyncGenerator<{ n: number; filling: string }> {
  for (let n = 0; n < to; n += 1) {
    yield { n, filling: '' };
    if (pauseMs > 0) await sleep(pauseMs);
  }
}

/** Fresh bytes all the way, as from a network. */
async function* fresh(chunks: number, watch = async (_bytes: number): Promise<void> => undefined): Chunks {
  for (let n = 0; n < chunks; n += 1) {
    await watch(CHUNK_BYTES);
    yield randomBytes(CHUNK_BYTES);
  }
}

describe('connections between services', () => {
  let authority: Authority;
  let rig: TestServices;
  beforeAll(async () => {
    authority = await makeAuthority();
  });
  beforeEach(async () => {
    rig = await TestServices.open((service, folder, options) => issueFor(authority, service, folder, options));
    rig.answer(echo, (input) => {
      if (input.text === 'fault') throw new Fault('conflict', 'audit.conflict', 'So it is.');
      return Promise.resolve(input);
    });
  });
  afterEach(() => rig.close());

  const asked = (services: Services, text: string): Promise<unknown> => services.call(echo, { text }, someCall());

  it('one is used again after whatever was answered, however the body was left', async () => {
    rig.answer(upload, async (_input, { actor }, body) => {
      if (actor.id === 'refuse') throw new Fault('unavailable', 'audit.busy', 'Busy.');
      let bytes = 0;
      for await (const chunk of body as Chunks) {
        bytes += chunk.length;
        if (actor.id === 'leave') break;
      }
      return { bytes, sha256: '' };
    });
    rig.answer(follow, () => Promise.resolve(new Reply(200, count(3))));
    const services = await rig.caller('vitals');
    const send = (id: string, body: Chunks): Promise<Reply> =>
      services.stream(upload, {}, someCall({ actor: { kind: 'system', id } }), body);
    async function* failing(): Chunks {
      yield* fresh(2);
      throw new Fault('invalid', 'audit.source', 'The source failed.');
    }
    const round = async (): Promise<void> => {
      await asked(services, 'x');
      await faultOf(asked(services, 'fault'));
      await send('read', fresh(3));
      await send('leave', fresh(100));
      await faultOf(send('refuse', fresh(3)));
      await faultOf(send('read', failing()));
      const { body } = await services.stream(follow, { id: 'x' }, someCall(), undefined);
      for await (const _event of body as AsyncIterable<unknown>);
    };
    for (let n = 0; n < 5; n += 1) await round();
    const { connections } = rig.cable;
    // Some of each kind, since one that was just used rests for a moment; 35 calls were made.
    expect(connections).toBeLessThanOrEqual(8);
    // Longer than a caller may take to end its request.
    await sleep(1_500);
    for (let n = 0; n < 20; n += 1) await round();
    expect(rig.cable.connections).toBe(connections);
  });

  it('many small calls share few', async () => {
    const services = await rig.caller('vitals');
    await Promise.all(Array.from({ length: 500 }, (_, n) => asked(services, `${n}`)));
    expect(rig.cable.connections).toBeLessThanOrEqual(32);
  });

  it('certificates and their authority change under load: no call fails, no stream ends', async () => {
    const next = await makeAuthority();
    const validity = { validSeconds: 8 };
    const sides = [
      await rig.certificates('audit', validity, 'live-audit'),
      await rig.certificates('vitals', validity, 'live-vitals'),
    ];
    const [server, client] = sides as [CertificateFiles, CertificateFiles];
    await rig.server.close();
    await rig.serve({ tls: server, lookEveryMs: 50 });
    rig.answer(follow, () => Promise.resolve(new Reply(200, count(110, 100))));
    const services = await rig.caller('vitals', { tls: client, lookEveryMs: 50 });
    const seen: number[] = [];
    const { body } = await services.stream(follow, { id: 'x' }, someCall(), undefined);
    const following = (async () => {
      for await (const { n } of body as AsyncIterable<{ n: number }>) seen.push(n);
    })();
    let isOver = false;
    let calls = 0;
    const load = [1, 2, 3, 4].map(async () => {
      for (; !isOver; calls += 1) await asked(services, 'x');
    });

    // Half written: nothing changes.
    const key = await readFile(client.key);
    await writeFile(client.key, key.subarray(0, 40));
    await until('it is noticed', () => rig.logged.includes('services.certificate_not_changed'));
    await writeFile(client.key, key);
    // First both believe both authorities, then both show a certificate of the new one, then they believe only that.
    const both = (await readFile(client.ca, 'utf8')) + next.certificate;
    for (const { ca } of sides) await writeFile(ca, both);
    await settle();
    for (const [at, service] of ['audit', 'vitals'].entries()) {
      const issued = await issueFor(next, service, `${rig.folder}/next-${service}`);
      const live = sides[at] as CertificateFiles;
      await copyFile(issued.certificate, live.certificate);
      await copyFile(issued.key, live.key);
    }
    await settle();
    for (const { ca } of sides) await writeFile(ca, next.certificate);
    const connectionsBefore = await whenSteady(() => rig.cable.connections);
    const callsBefore = calls;
    // Beyond the end of the first certificates.
    await following;
    isOver = true;
    await Promise.all(load);
    expect(seen).toEqual(Array.from({ length: 110 }, (_, n) => n));
    expect(calls).toBeGreaterThan(callsBefore);
    // Nobody had to connect anew because the old certificates ended: all had done so when the new ones came.
    expect(rig.cable.connections).toBe(connectionsBefore);
    expect(await asked(services, 'after')).toMatchObject({ text: 'after' });
  });

  it('memory does not grow with a body, on neither side, and little of it is under way', async () => {
    const SIZE_BYTES = 200 * 1_048_576;
    const LOOK_BYTES = SIZE_BYTES / 10;
    let taken = 0;
    rig.answer(upload, async (_input, _call, chunks) => {
      const digest = createHash('sha256');
      for await (const chunk of chunks as Chunks) {
        digest.update(chunk);
        taken += chunk.length;
      }
      return { bytes: taken, sha256: digest.digest('hex') };
    });
    const services = await rig.caller('gateway');
    let drawn = 0;
    let ahead = 0;
    const held = (): number => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const before = held();
    const watch = async (bytes: number): Promise<void> => {
      drawn += bytes;
      ahead = Math.max(ahead, drawn - taken);
      // What nobody holds is given back by a thread that has to get its turn.
      if (drawn % LOOK_BYTES === 0) await until('memory', () => held() - before < LOOK_BYTES);
    };
    const reply = await services.stream(upload, {}, someCall(), fresh(SIZE_BYTES / CHUNK_BYTES, watch));
    expect(reply.body).toMatchObject({ bytes: SIZE_BYTES });
    expect(ahead).toBeLessThanOrEqual(2 * WINDOW_BYTES);
  });
});
