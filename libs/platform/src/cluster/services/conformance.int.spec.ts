import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueFor, makeAuthority } from '@smartscan/testing/certificates';
import { servicesConformance, someWork } from '@smartscan/testing/services';
import { Dispatcher } from '../../process/dispatcher.ts';
import { openLog } from '../../process/log.ts';
import { HttpServices } from './http-services.ts';
import { serveServices } from './serve-services.ts';

servicesConformance('services over HTTP and mutual TLS', async (served) => {
  const folder = await mkdtemp(join(tmpdir(), 'smartscan-services-'));
  const authority = await makeAuthority();
  const log = openLog({ level: 'silent', service: 'test' });
  const dispatcher = new Dispatcher();
  for (const { operation, handler } of served) dispatcher.serve(operation, handler);
  const server = await serveServices({
    dispatcher,
    host: '127.0.0.1',
    port: 0,
    tls: await issueFor(authority, 'audit', join(folder, 'audit')),
    log,
  });
  const services = new HttpServices({
    local: new Dispatcher(),
    addressOf: () => new URL(`https://127.0.0.1:${server.port}`),
    tls: await issueFor(authority, 'vitals', join(folder, 'vitals')),
    self: 'vitals',
    log,
  });
  const work = await someWork();
  return {
    services,
    insideWork: (run) => work.insideWork(run),
    dispose: async () => {
      await services.close();
      await server.close();
      await work.stop();
      await rm(folder, { recursive: true });
    },
  };
});
