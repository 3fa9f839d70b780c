import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Readiness } from '../telemetry/dependencies.ts';

export interface HealthState {
  /** Contexts are wired, migrated and listening. */
  started: boolean;
  stopping: boolean;
  /** How what the process leans on stands; bounded by whoever made it, see `readinessOf`. */
  ready: () => Promise<Readiness>;
}

export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Health and metrics on a listener of their own, so that neither can be reached through the public one; GET and HEAD.
 *
 * - `/health/live`: that the event loop turns. It asks nothing of anybody: a process whose database is away is not made
 *   better by a restart. A loop that is stuck can't say so; it says nothing, and the probe's own time-out is the notice.
 * - `/health/startup`: all is wired and listens.
 * - `/health/ready`: started, not stopping, and what is required answers; with a word on each dependency.
 * - `/metrics`: for Prometheus.
 */
export async function serveOps(options: {
  readonly host: string;
  readonly port: number;
  readonly health: HealthState;
  readonly metrics: Registry;
}): Promise<OpsServer> {
  const { host, port, health, metrics } = options;
  const server = createServer((request, response) => {
    void answerTo(request, health, metrics)
      .catch((): Said => ({ status: 500, type: 'text/plain', text: '' }))
      .then(({ status, type, text, allow }) => {
        const head = {
          'content-type': type,
          'content-length': Buffer.byteLength(text),
          'cache-control': 'no-store',
          ...(allow ? { allow } : {}),
        };
        response.writeHead(status, head).end(request.method === 'HEAD' ? undefined : text);
      });
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

interface Said {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly allow?: string;
}

async function answerTo({ method, url }: IncomingMessage, health: HealthState, metrics: Registry): Promise<Said> {
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, type: 'text/plain', text: '', allow: 'GET, HEAD' };
  }
  switch (url) {
    case '/health/live':
      return say({ ok: true });
    case '/health/startup':
      return say({ ok: health.started });
    case '/health/ready':
      return say(await readiness(health));
    case '/metrics':
      return { status: 200, type: metrics.contentType, text: await metrics.metrics() };
    default:
      return { status: 404, type: 'text/plain', text: '' };
  }
}

const say = (said: { readonly ok: boolean }): Said => ({
  status: said.ok ? 200 : 503,
  type: 'application/json',
  text: JSON.stringify(said),
});

async function readiness({ started, stopping, ready }: HealthState): Promise<{ readonly ok: boolean }> {
  const seen = await ready();
  return { ...seen, ok: seen.ok && started && !stopping };
}
