import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { issueFor, makeAuthority, type Authority } from '@smartscan/testing/certificates';
import { echo, failureOf, faultOf, follow, look, someCall, upload } from '@smartscan/testing/services';
import { defineOperation } from '@smartscan/contracts/operation';
import { Fault } from '@smartscan/kernel';
import { Reply, type Chunks } from '../../ports/call.ts';
import { Dispatcher } from '../../process/dispatcher.ts';
import type { CertificateFiles } from './certificates.ts';
import { ask, callFrame, TestServices } from './test-rig.ts';

const open = defineOperation({
  owner: 'audit',
  name: 'conformance_open',
  method: 'GET',
  path: '/v1/conformance/open',
  title: 'What the gateway shows to people outside',
  input: z.object({}),
  output: z.object({ seen: z.string() }),
  scope: 'audit:read',
  purpose: 'secure_service',
  public: true,
});

const pem = ({ ca, certificate, key }: CertificateFiles) => ({
  ca: readFileSync(ca),
  cert: readFileSync(certificate),
  key: readFileSync(key),
});

describe('who may call', () => {
  let authority: Authority;
  let rig: TestServices;
  let heard = 0;
  beforeAll(async () => {
    authority = await makeAuthority();
    rig = await TestServices.open((service, folder, options) => issueFor(authority, service, folder, options));
    rig.answer(open, () => Promise.resolve({ seen: 'yes' }));
    rig.answer(look, ({ text }) => {
      heard += 1;
      return Promise.resolve({ text });
    });
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    heard = 0;
  });

  it('the gateway may call what is public, and the owner itself; a third service may not; all may call the rest', async () => {
    const gateway = await rig.caller('gateway');
    const vitals = await rig.caller('vitals');
    expect(await gateway.call(open, {}, someCall())).toEqual({ seen: 'yes' });
    expect(await (await rig.caller('audit')).call(open, {}, someCall())).toEqual({ seen: 'yes' });
    const fault = await faultOf(vitals.call(open, {}, someCall()));
    expect({ kind: fault.kind, code: fault.code }).toEqual({ kind: 'forbidden', code: 'platform.caller_not_allowed' });
    expect(await gateway.call(look, { text: 'a' }, someCall())).toEqual({ text: 'a' });
    expect(await vitals.call(look, { text: 'b' }, someCall())).toEqual({ text: 'b' });
  });

  it('without a certificate nobody gets as far as HTTP', async () => {
    const { ca } = pem(await rig.certificates('vitals'));
    const failure = await failureOf(ask(rig.server.port, { ca }, `/operations/${look.id}`, []));
    expect((failure as NodeJS.ErrnoException).code).toMatch(/ECONNRESET|ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED/);
  });

  it('TLS 1.2 is refused', async () => {
    const tls = { ...pem(await rig.certificates('vitals')), maxVersion: 'TLSv1.2' as const };
    const failure = await failureOf(ask(rig.server.port, tls, `/operations/${look.id}`, []));
    expect((failure as NodeJS.ErrnoException).code).toMatch(/EPROTO|ALERT_PROTOCOL_VERSION|ECONNRESET/);
  });

  it('a certificate of another authority is refused, whatever it says', async () => {
    const ours = await rig.certificates('gateway', {}, 'ours');
    const theirs = await issueFor(await makeAuthority(), 'gateway', `${rig.folder}/theirs`);
    const services = await rig.caller('gateway', { tls: { ...theirs, ca: ours.ca } });
    expect((await faultOf(services.call(look, { text: 'x' }, someCall()))).code).toBe('platform.service_unavailable');
    expect(heard).toBe(0);
  });

  it('a certificate that has ended is refused', async () => {
    const tls = await rig.certificates('gateway', { fromSeconds: -100, validSeconds: -10 }, 'ended');
    const services = await rig.caller('gateway', { tls });
    expect((await faultOf(services.call(look, { text: 'x' }, someCall()))).code).toBe('platform.service_unavailable');
    expect(heard).toBe(0);
  });

  it('a connection is worth nothing any more when the certificate that it began with has ended', async () => {
    const tls = await rig.certificates('vitals', { validSeconds: 2 }, 'short');
    const services = await rig.caller('vitals', { tls });
    expect(await services.call(look, { text: 'x' }, someCall())).toEqual({ text: 'x' });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const failure = await faultOf(services.call(look, { text: 'x' }, someCall()));
    expect(failure.code).toMatch(/platform\.(caller_not_allowed|service_unavailable)/);
    expect(heard).toBe(1);
  });

  it('a certificate of the cell that names no service may call nothing', async () => {
    const names = ['gateway.smartscan.internal.example', 'gateway', 'x.gateway.smartscan.internal'];
    const tls = pem(await rig.certificates('vitals', { names, only: true }, 'nameless'));
    const { status, messages } = await ask(rig.server.port, tls, `/operations/${look.id}`, [
      callFrame({ text: 'x' }, someCall()),
    ]);
    expect({ status, messages }).toMatchObject({
      status: 200,
      messages: [{ is: 'fault', fault: { kind: 'forbidden', code: 'platform.caller_not_allowed' } }],
    });
    expect(heard).toBe(0);
  });

  it('nothing is told to a server with another service’s name', async () => {
    const services = await rig.caller('gateway');
    const impostor = await TestServices.open((service, folder) => issueFor(authority, service, folder));
    await impostor.server.close();
    await impostor.serve({ tls: await impostor.certificates('retention') });
    impostor.answer(look, ({ text }) => {
      heard += 1;
      return Promise.resolve({ text });
    });
    const astray = await impostor.caller('gateway');
    expect((await faultOf(astray.call(look, { text: 'x' }, someCall()))).code).toBe('platform.service_unavailable');
    expect(heard).toBe(0);
    await impostor.close();
    expect(await services.call(look, { text: 'x' }, someCall())).toEqual({ text: 'x' });
  });

  it('a service does not start with a certificate that is another’s, or none', async () => {
    const tls = await rig.certificates('vitals');
    await expect(rig.caller('gateway', { tls })).rejects.toMatchObject({ code: 'platform.certificate_of_another' });
    await expect(rig.caller('vitals', { tls: { ...tls, key: tls.ca } })).rejects.toMatchObject({
      code: 'platform.certificate_invalid',
    });
    await expect(rig.caller('vitals', { tls: { ...tls, ca: '/nowhere' } })).rejects.toMatchObject({
      code: 'platform.certificate_unreadable',
    });
  });

  it('what this process serves itself is called without the network', async () => {
    const local = new Dispatcher();
    local.serve(look as never, (() => Promise.resolve({ text: 'local' })) as never);
    const services = await rig.caller('vitals', { local, addressOf: () => undefined });
    expect(await services.call(look, { text: 'x' }, someCall())).toEqual({ text: 'local' });
    expect((await faultOf(services.call(echo, { text: 'x' }, someCall()))).code).toBe('platform.not_served');
  });
});

/** Everything that a proxy could log of what passes while `work` runs: request lines and headers, both ways. */
async function headsOf(work: () => Promise<void>): Promise<string> {
  const seen: string[] = [];
  const onRequest = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage };
    seen.push(request.method ?? '', request.url ?? '', ...request.rawHeaders);
  };
  const onResponse = (message: unknown): void => {
    const { response } = message as { response: { statusText: string; headers: Buffer[] } };
    seen.push(response.statusText, ...response.headers.map(String));
  };
  subscribe('http.server.request.start', onRequest);
  subscribe('undici:request:headers', onResponse);
  await work();
  unsubscribe('http.server.request.start', onRequest);
  unsubscribe('undici:request:headers', onResponse);
  return seen.join('\n');
}

describe('what others can see of a call', () => {
  it('P11: nothing of input, call, body or result stands in a URL, a header or the log', async () => {
    const authority = await makeAuthority();
    const rig = await TestServices.open((service, folder) => issueFor(authority, service, folder));
    rig.answer(echo, () => Promise.resolve(new Reply(202, { accepted: 'canary-out' }, { location: '/canary-header' })));
    rig.answer(look, () => Promise.reject(new Fault('conflict', 'audit.canary_code', 'canary-fault')));
    rig.answer(upload, async (_input, _call, body) => {
      for await (const chunk of body as Chunks) if (chunk.length === 0) break;
      throw new TypeError('canary-error');
    });
    rig.answer(follow, () =>
      Promise.resolve(
        new Reply(
          200,
          (async function* () {
            yield { n: 1, filling: 'canary-event' };
          })(),
        ),
      ),
    );
    const services = await rig.caller('vitals');
    const call = someCall({ requestId: 'req_canary', actor: { kind: 'user', id: 'usr_canary' } });
    const heads = await headsOf(async () => {
      await services.stream(echo, { text: 'canary-in' }, call, undefined);
      await failureOf(services.call(look, { text: 'canary-in' }, call));
      const body = (async function* (): Chunks {
        yield Buffer.from('canary-body');
      })();
      await failureOf(services.stream(upload, {}, call, body));
      const { body: events } = await services.stream(follow, { id: 'canary-in' }, call, undefined);
      for await (const _event of events as AsyncIterable<unknown>);
    });
    await rig.close();
    for (const { id } of [echo, look, upload, follow]) expect(heads).toContain(`/operations/${id}`);
    expect(heads).not.toMatch(/canary|wsp_|us-east/);
    expect(rig.logged).toContain('services.unforeseen');
    expect(rig.logged.replaceAll('req_canary', '')).not.toContain('canary');
  });
});
