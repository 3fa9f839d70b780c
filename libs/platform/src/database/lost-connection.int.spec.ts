import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createDatabase } from '../embedded/postgres/databases.ts';
import type { EmbeddedPostgres } from '../embedded/postgres/start.ts';
import { startTestPostgres } from '../embedded/postgres/test-postgres.ts';
import type { Scope } from '../ports/call.ts';
import type { Context } from '../ports/context.ts';
import { Database, type Login } from './database.ts';
import type { DatabaseTools } from './transaction.ts';

/** How a server goes: it closes, or its machine forgets the connection. */
type Ending = 'end' | 'reset';

/** Odd, so that both endings take turns. */
const BYTES = 3;

/** A way to a server that ends each connection when so many of the server's bytes have passed. */
class FrailWay {
  #server: Server | undefined;
  passed = 0;
  ending: Ending = 'end';
  endsAfter = Infinity;

  constructor(private readonly target: { readonly host: string; readonly port: number }) {}

  async open(): Promise<number> {
    this.#server = createServer((socket) => this.#join(socket));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server?.close();
  }

  #join(client: Socket): void {
    const server = connect(this.target.port, this.target.host);
    const end = (): void => {
      server.destroy();
      if (this.ending === 'reset') client.resetAndDestroy();
      else client.end();
    };
    client.on('error', end).on('close', end);
    server.on('error', end).on('close', end);
    client.pipe(server);
    server.on('data', (bytes: Buffer) => {
      const left = this.endsAfter - this.passed;
      client.write(bytes.subarray(0, Math.max(0, left)));
      this.passed += bytes.length;
      if (bytes.length >= left) end();
    });
  }
}

describe('a connection that is lost', () => {
  let server: EmbeddedPostgres;
  let login: Login;
  let way: FrailWay;
  beforeAll(async () => {
    server = await startTestPostgres();
    login = { ...server.superuser, ...(await createDatabase(server.superuser, 'lost_connection')) };
    way = new FrailWay(login);
    login = { ...login, host: '127.0.0.1', port: await way.open() };
  });
  afterAll(async () => {
    way.close();
    await server.stop();
  });

  /** What becomes of two units of work, one after the other, on connections that end after so many bytes. */
  async function outcomes(endsAfter: number, ending: Ending): Promise<readonly string[]> {
    Object.assign(way, { passed: 0, endsAfter, ending });
    const context = { name: 'retention', tables: [] } as unknown as Context;
    const database = await Database.open(context, login, {} as DatabaseTools);
    const scope = { tenant: 't', actor: 'a', purpose: 'service', requestId: 'r' } as unknown as Scope;
    const work = (): Promise<string> =>
      database
        .run(scope, (tx) => tx.em.execute('SELECT 1'))
        .then(
          () => 'done',
          (error: { code?: string }) => error.code ?? String(error),
        );
    try {
      return [await work(), await work()];
    } finally {
      await database.close();
    }
  }

  it('is said to be unavailable, at whatever byte and in whatever way it ends', async () => {
    expect(await outcomes(Infinity, 'end')).toEqual(['done', 'done']);
    const whole = way.passed;
    const seen = new Set<string>();
    for (let after = 0; after < whole; after += BYTES) {
      const both = await outcomes(after, after % 2 === 0 ? 'end' : 'reset');
      for (const one of both) seen.add(one);
    }
    expect([...seen].sort()).toEqual(['done', 'platform.database_unavailable']);
  });
});
