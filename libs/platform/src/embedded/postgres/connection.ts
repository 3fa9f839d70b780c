import pg from 'pg';
import { errorCode } from './failures.ts';

/** How to reach a database of the bundled server; fits `pg` as it is. */
export interface Connection {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** The same as a URL, for libraries that want one. Holds the password: never log it. */
export const connectionUrl = ({ host, port, user, password, database }: Connection): string =>
  `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;

// Ours: over loopback a connection takes 5-20 ms; a server that says nothing for this long is stuck.
const CONNECT_TIMEOUT_MS = 5_000;
// Ours: the supervisor's own statements take milliseconds; CREATE DATABASE copies 7 MB, on a slow disk for seconds.
const STATEMENT_TIMEOUT_MS = 30_000;

/** Opens one connection of the supervisor's own. The caller ends it. Errors: those of `pg`. */
export const connect = async (connection: Connection): Promise<pg.Client> => {
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'smartscan supervisor',
  });
  // An idle client reports a lost connection by this event; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    // Closing what never opened: the error that counts is the first.
    client.end().catch(() => undefined);
    throw error;
  }
};

/** SQLSTATE invalid_password and invalid_authorization_specification: the password is not this server's. */
export const isRefusal = (error: unknown): boolean => ['28P01', '28000'].includes(errorCode(error) ?? '');
