import { Fault } from '@smartscan/kernel';

/**
 * What becomes of a database error at the end of a unit of work. The driver's own text is dropped: it quotes the
 * statement with its values. SQLSTATE classes: PostgreSQL manual, appendix A.
 */
export function databaseFault(error: unknown): unknown {
  if (error instanceof Fault) return error;
  const code = sqlState(error);
  if (code === undefined) return isPoolTimeout(error) || isLostConnection(error) ? unavailable() : error;
  if (code === '23505') return new Fault('conflict', 'platform.already_exists', 'This exists already.');
  if (code === '42501')
    return new Fault('internal', 'platform.row_refused', 'The database refused a row or a table to this context.');
  // Serialization failure and deadlock: another try succeeds. 08: connection. 57P: shutdown. 53: out of resources. 57014,
  // 55P03, 25P03: a statement, a wait for a lock, or an idle transaction took longer than it may.
  if (/^(40001|40P01|08|57P|53|57014|55P03|25P03)/.test(code) || /^E[A-Z]+$/.test(code)) return unavailable();
  return new Fault('internal', 'platform.database', 'The database could not do what was asked.', {
    members: { sqlstate: code },
  });
}

const unavailable = (): Fault =>
  new Fault('unavailable', 'platform.database_unavailable', 'The database is not available just now.', {
    retryAfterSeconds: 1,
  });

const sqlState = (error: unknown): string | undefined => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$|^E[A-Z]+$/.test(code) ? code : undefined;
};

/**
 * The driver's words where the connection went and no code came with it (pg 8: lib/client.js, pg-pool/index.js; the last one
 * knex 3, lib/execution/transaction.js: its BEGIN was lost, so that the first statement finds the transaction over).
 */
const LOST =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout e|Transaction query already complete)/;
/** Node's codes of a socket that was gone when a statement was written to it. */
const GONE = /^ERR_(?:STREAM|SOCKET)_/;
const isLostConnection = (error: unknown): boolean =>
  error instanceof Error &&
  (LOST.test(withoutStatement(error)) || GONE.test((error as NodeJS.ErrnoException).code ?? ''));
/** The mapper puts the statement, with its values, before what went wrong. */
const withoutStatement = ({ message }: Error): string =>
  message.slice(message.lastIndexOf(' - ') + 1).replace(/^- /, '');

const isPoolTimeout = (error: unknown): boolean => (error as Error | undefined)?.name === 'KnexTimeoutError';
