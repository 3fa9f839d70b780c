import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { diskFault } from './failures.ts';
import type { Layout } from './place.ts';

// Below 1024 a port needs privileges that the server does not have (RFC 6335: system ports).
const LOWEST = 1_024;
const HIGHEST = 65_535;

/** The port of the last start, so that tools find the server again; a free one, remembered, where there was none. */
export const rememberedPort = async (layout: Layout): Promise<number> => {
  const port = Number(await readFile(layout.portFile, 'utf8').catch(() => ''));
  return Number.isInteger(port) && port >= LOWEST && port <= HIGHEST ? port : freshPort(layout);
};

/** A port that nobody listens on, remembered. Somebody may be faster than the server: then the caller asks again. */
export const freshPort = async (layout: Layout): Promise<number> => {
  const port = await freePort();
  await writeFile(layout.portFile, `${port}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw diskFault(error, layout.directory);
  });
  return port;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
