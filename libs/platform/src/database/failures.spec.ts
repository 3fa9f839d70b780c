import type { Fault } from '@smartscan/kernel';
import { databaseFault } from './failures.ts';

const codeOf = (error: unknown): string => (databaseFault(error) as { code?: string }).code ?? 'unforeseen';

describe('what becomes of a database error', () => {
  it.each([
    ['Connection terminated unexpectedly'],
    ['Connection terminated due to connection timeout'],
    ['Client has encountered a connection error and is not queryable'],
    ['timeout expired'],
    ['timeout exceeded when trying to connect'],
    ['Transaction query already complete, run with DEBUG=knex:tx for more info'],
    ["insert into vitals.scan (id) values ('secret - and more') - Connection terminated unexpectedly"],
  ])('a connection that is lost is unavailable, to be tried again: %s', (message) => {
    expect(codeOf(new Error(message))).toBe('platform.database_unavailable');
    expect((databaseFault(new Error(message)) as Fault).extras.retryAfterSeconds).toBe(1);
  });

  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    '57P01',
    '57P03',
    '08006',
    '53300',
    '40001',
    '40P01',
    '57014',
    '55P03',
    '25P03',
    'ERR_STREAM_DESTROYED',
  ])('%s is unavailable, too', (code) => {
    expect(codeOf(Object.assign(new Error('x'), { code }))).toBe('platform.database_unavailable');
  });

  it('what the database says of a statement never comes out: it quotes values', () => {
    const error = Object.assign(new Error("duplicate key: ('secret')"), { code: '23505' });
    const fault = databaseFault(error) as Fault;
    expect([fault.code, JSON.stringify([fault.message, fault.extras]).includes('secret')]).toEqual([
      'platform.already_exists',
      false,
    ]);
  });

  it('a mistake of ours stays one, whatever words of a connection a value may hold', () => {
    const error = new TypeError("cannot read 'Connection terminated' of undefined");
    expect(databaseFault(error)).toBe(error);
  });
});
