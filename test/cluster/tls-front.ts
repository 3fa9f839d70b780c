import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import type { IssuedFiles } from '@smartscan/testing/certificates';

/** PostgreSQL manual, 54.7: SSLRequest is eight bytes, the second four of which are this number. */
const SSL_REQUEST = 80_877_103;

/** PostgreSQL with TLS, as a managed one has it, in front of one that has none. */
export interface TlsFront {
  readonly port: number;
  /** Connections that were not upgraded to TLS. */
  readonly plain: () => number;
  close(): Promise<void>;
}

export async function tlsFront(target: { host: string; port: number }, files: IssuedFiles): Promise<TlsFront> {
  const context = createSecureContext({ cert: readFileSync(files.certificate), key: readFileSync(files.key) });
  const open = new Set<Socket>();
  let plain = 0;
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.once('data', (first: Buffer) => {
      if (first.length === 8 && first.readUInt32BE(4) === SSL_REQUEST) return upgrade(socket, context, target);
      plain += 1;
      socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    plain: () => plain,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function upgrade(socket: Socket, secureContext: SecureContext, target: { host: string; port: number }): void {
  socket.write('S');
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  const database = connect(target.port, target.host);
  const end = (): void => {
    secure.destroy();
    database.destroy();
  };
  for (const one of [secure, database]) one.on('error', end).on('close', end);
  secure.pipe(database).pipe(secure);
}
