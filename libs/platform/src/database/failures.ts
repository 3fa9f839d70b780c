import { Fault } from '@smartscan/kernel';

/**
 * What becomes of a database error at the end of a unit of work. The driver's own text is dropped: it quotes the
 * statement with its values. SQLSTATE classes: PostgreSQL manual, appendix A.
 */
export function databaseFault(error: unknown): unknown {
  if (error instanceof Fault) return error;
  const code = sqlState(error);
  if (code === undefined) return isPoolTimeout(error) ? unavailable() : error;
  if (code === '23505') return new Fault('conflict', 'platform.already_exists', 'This exists already.');
  if (code === '42501')
    return new Fault('internal', 'platform.row_refused', 'The database refused a row or a table to this context.');
  // Serialization failure and deadlock: another try succeeds. 08: connection. 57P: shutdown. 53: out of resources.
  if (/^(40001|40P01|08|57P|53)/.test(code) || /^E[A-Z]+$/.test(code)) return unavailable();
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

const isPoolTimeout = (error: unknown): boolean => (error as Error | undefined)?.name === 'KnexTimeoutError';
