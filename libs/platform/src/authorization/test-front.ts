import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';

/** `pass`: as if it were not there. `drop`: connections end. `stall`: no answer ever. `fail`: 500. */
export type FrontMode = 'pass' | 'drop' | 'stall' | 'fail';

/** Stands before a real server and lets through, or does what bad networks and bad servers do. */
export interface TestFront {
  readonly url: string;
  mode: FrontMode;
  /** How many requests came. */
  requests: number;
  close(): Promise<void>;
}

export async function testFront(target: string): Promise<TestFront> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    front.requests += 1;
    if (front.mode === 'drop') incoming.socket.destroy();
    else if (front.mode === 'fail') response.writeHead(500).end('{}');
    else if (front.mode === 'pass') forward(target, incoming, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: TestFront = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'pass',
    requests: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}

function forward(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url } = incoming;
  const onward = request(new URL(url ?? '/', target), { method: method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  incoming.pipe(onward);
}
