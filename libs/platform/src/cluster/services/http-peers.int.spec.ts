import { issueFor, makeAuthority, type Authority } from '@smartscan/testing/certificates';
import { chunksOf, echo, faultOf, follow, someCall, someWork, upload } from '@smartscan/testing/services';
import type { Operation } from '@smartscan/contracts/operation';
import { Fault } from '@smartscan/kernel';
import { Reply, type Call, type Chunks } from '../../ports/call.ts';
import type { AskedOfPeer } from '../../ports/peers.ts';
import { openLog } from '../../process/log.ts';
import { HttpPeers, type HttpPeersOptions } from './http-peers.ts';
import { TestServices } from './test-rig.ts';

const log = openLog({ level: 'silent', service: 'test' });

/** Two processes of one service, and a third that asks them. */
describe('peers of a service', () => {
  let authority: Authority;
  let rigs: [TestServices, TestServices];
  const open: HttpPeers[] = [];
  beforeAll(async () => {
    authority = await makeAuthority();
    const issue = (service: string, folder: string, options?: object) => issueFor(authority, service, folder, options);
    rigs = [await TestServices.open(issue), await TestServices.open(issue)];
    for (const [at, rig] of rigs.entries()) {
      rig.answer(echo, ({ text, list }, { representation }) => {
        if (text === 'fault') throw new Fault('not_found', 'audit.not_here', 'Not here.', { status: 410 });
        return Promise.resolve(new Reply(202, { accepted: `${at}: ${text} ${list.length} ${representation ?? ''}` }));
      });
      rig.answer(upload, async (_input, _call, body) => {
        let bytes = 0;
        for await (const chunk of body as Chunks) bytes += chunk.length;
        return { bytes, sha256: `${at}` };
      });
      rig.answer(follow, () =>
        Promise.resolve(
          new Reply(
            200,
            (async function* () {
              for (let n = 0; n < 3; n += 1) yield { n, filling: `${at}` };
            })(),
          ),
        ),
      );
    }
  });
  afterEach(async () => void (await Promise.all(open.splice(0).map((peers) => peers.close()))));
  afterAll(async () => void (await Promise.all(rigs.map((rig) => rig.close()))));

  const addressOf = (at: 0 | 1): string => rigs[at].cable.address.origin;
  async function peersOf(self = 'audit', options: Partial<HttpPeersOptions> = {}): Promise<HttpPeers> {
    const tls = await rigs[0].certificates(self);
    const peers = new HttpPeers({ address: 'https://127.0.0.1:1', tls, log, ...options });
    open.push(peers);
    return peers;
  }
  const asked = (text: string, call: Call = someCall()): AskedOfPeer<typeof echo> => ({
    operation: echo,
    input: { text, list: [{ n: 1 }] },
    call,
    body: undefined,
  });

  it('are asked each by its address, with the same call, and the whole reply comes back', async () => {
    const peers = await peersOf();
    for (const at of [0, 1, 0] as const) {
      const call = someCall({ representation: 'application/x-shout+json' });
      const { status, body } = await peers.stream(addressOf(at), asked('x', call));
      expect([status, body]).toEqual([202, { accepted: `${at}: x 1 application/x-shout+json` }]);
    }
  });

  it('take a body, give events one by one, and their faults are passed on as they are', async () => {
    const peers = await peersOf();
    const sent = { operation: upload, input: {}, call: someCall(), body: chunksOf(3) };
    expect((await peers.stream(addressOf(1), sent)).body).toMatchObject({ bytes: 3 * 65_536, sha256: '1' });
    const followed = { operation: follow, input: { id: 'x' }, call: someCall(), body: undefined };
    const events: unknown[] = [];
    const { body } = await peers.stream(addressOf(1), followed);
    for await (const event of body as AsyncIterable<unknown>) events.push(event);
    expect(events).toEqual([0, 1, 2].map((n) => ({ n, filling: '1' })));
    const fault = await faultOf(peers.stream(addressOf(0), asked('fault')));
    expect([fault.kind, fault.code, fault.status]).toEqual(['not_found', 'audit.not_here', 410]);
  });

  it('one that is gone is unavailable, and the others are asked as before', async () => {
    const peers = await peersOf();
    await rigs[0].cable.part();
    for (let n = 0; n < 8; n += 1) {
      const fault = await faultOf(peers.stream(addressOf(0), asked('x')));
      expect([fault.kind, fault.code]).toEqual(['unavailable', 'platform.service_unavailable']);
      expect(fault.extras.retryAfterSeconds).toBeGreaterThan(0);
    }
    expect((await peers.stream(addressOf(1), asked('x'))).status).toBe(202);
    await rigs[0].cable.join();
  });

  it('nothing is told to whoever else listens at the address', async () => {
    const impostor = await TestServices.open((service, folder) => issueFor(authority, service, folder));
    await impostor.server.close();
    await impostor.serve({ tls: await impostor.certificates('vitals') });
    let heard = 0;
    impostor.answer(echo, (input) => {
      heard += 1;
      return Promise.resolve(input);
    });
    const peers = await peersOf();
    const fault = await faultOf(peers.stream(impostor.cable.address.origin, asked('x')));
    expect([fault.code, heard]).toEqual(['platform.service_unavailable', 0]);
    await impostor.close();
  });

  it('are remembered in bounded number, and forgotten when they are idle', async () => {
    const peers = await peersOf('audit', { peersMax: 2 });
    // Nobody listens at the last of them.
    for (const address of [addressOf(0), addressOf(1)]) await peers.stream(address, asked('x'));
    await faultOf(peers.stream('https://127.0.0.1:9', asked('x')));
    expect(peers.count).toBe(2);
    const forgetful = await peersOf('audit', { idleMs: 0 });
    await forgetful.stream(addressOf(0), asked('x'));
    await forgetful.stream(addressOf(1), asked('x'));
    expect(forgetful.count).toBe(1);
    expect((await forgetful.stream(addressOf(0), asked('x'))).status).toBe(202);
  });

  it('are not asked inside a unit of work, nor what the contract does not know', async () => {
    const peers = await peersOf();
    const work = await someWork();
    const inside = await faultOf(work.insideWork(() => peers.stream(addressOf(0), asked('x'))));
    expect(inside.code).toBe('platform.call_inside_work');
    await work.stop();
    const wrong = { ...asked('x'), input: { text: 1 } } as unknown as AskedOfPeer<Operation>;
    expect((await faultOf(peers.stream(addressOf(0), wrong))).code).toBe('invalid_request');
  });
});
