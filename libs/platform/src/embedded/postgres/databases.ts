import { Fault } from '@smartscan/kernel';
import type { Connection } from './connection.ts';
import { connect } from './connection.ts';
import { errorCode } from './failures.ts';

// Ours, narrower than PostgreSQL's own rule: needs no quoting anywhere. 63 bytes is NAMEDATALEN - 1.
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

// SQLSTATE 42P04, duplicate_database.
const EXISTS = '42P04';

/**
 * Makes an empty database; answers the way into it for the superuser. Fault `platform.database_name` (invalid) or
 * `platform.database_exists` (conflict).
 */
export const createDatabase = async (superuser: Connection, name: string): Promise<Connection> => {
  await administer(superuser, `create database ${checked(name)}`).catch((error: unknown) => {
    throw errorCode(error) === EXISTS
      ? new Fault('conflict', 'platform.database_exists', 'A database of this name exists.')
      : error;
  });
  return { ...superuser, database: name };
};

/** Ends every session in the database and removes it; one that is not there is fine. */
export const dropDatabase = async (superuser: Connection, name: string): Promise<void> => {
  await administer(superuser, `drop database if exists ${checked(name)} with (force)`);
};

const checked = (name: string): string => {
  if (!NAME.test(name)) {
    throw new Fault('invalid', 'platform.database_name', 'A database name is lower-case letters, digits and "_".');
  }
  return name;
};

const administer = async (superuser: Connection, statement: string): Promise<void> => {
  const client = await connect({ ...superuser, database: 'postgres' });
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
