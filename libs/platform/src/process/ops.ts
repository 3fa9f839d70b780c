import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface HealthState {
  /** Contexts are wired, migrated and listening. */
  started: boolean;
  stopping: boolean;
  /** Whether what the process can't work without answers. */
  ready: () => Promise<boolean>;
}

export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Health and metrics on a listener of their own, so that neither can be reached through the public one:
 * `/health/live`, `/health/ready`, `/health/startup`, `/metrics`.
 */
export async function serveOps(options: {
  readonly host: string;
  readonly port: number;
  readonly health: HealthState;
  readonly metrics: Registry;
}): Promise<OpsServer> {
  const { host, port, health, metrics } = options;
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    const say = (ok: boolean): void => answer(ok ? 200 : 503, 'application/json', JSON.stringify({ ok }));
    switch (request.url) {
      case '/health/live':
        return say(true);
      case '/health/startup':
        return say(health.started);
      case '/health/ready':
        if (!health.started || health.stopping) return say(false);
        return void health.ready().then(say, () => say(false));
      case '/metrics':
        return void metrics.metrics().then(
          (text) => answer(200, metrics.contentType, text),
          () => answer(500, 'text/plain', ''),
        );
      default:
        return answer(404, 'text/plain', '');
    }
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
