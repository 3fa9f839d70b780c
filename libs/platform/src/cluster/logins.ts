import { readFileSync } from 'node:fs';
import { Fault } from '@smartscan/kernel';
import type { Login } from '../database/database.ts';
import { roleOf } from '../database/provision.ts';
import type { Context } from '../ports/context.ts';
import type { MigrationSettings } from './settings.ts';
import { isLoopback } from './plaintext.ts';

type DatabaseSettings = Pick<MigrationSettings, 'databaseUrl' | 'databaseCa' | 'databasePasswords'>;

const DEFAULT_PORT = 5_432;

/** Over the network always with TLS and a certificate that names the host; plain only where nothing leaves the machine. */
function target({ databaseUrl, databaseCa }: DatabaseSettings): Omit<Login, 'user' | 'password'> {
  const url = new URL(databaseUrl);
  const host = decodeURIComponent(url.hostname);
  const plain = databaseCa === undefined && isLoopback(host);
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(plain
      ? {}
      : {
          ssl: {
            rejectUnauthorized: true,
            ...(databaseCa ? { ca: readAuthority(databaseCa, 'SMARTSCAN_DATABASE_CA') } : {}),
          },
        }),
  };
}

/** The authority's certificate. `setting` names where the path comes from. Fault `platform.authority_unreadable`. */
export function readAuthority(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Fault(
      'invalid',
      'platform.authority_unreadable',
      'The file of a certificate authority can not be read.',
      {
        remedy: `Mount it, and let ${setting} name it.`,
      },
    );
  }
}

export const passwordOf = ({ databasePasswords }: DatabaseSettings, context: Context): string => {
  const password = databasePasswords[context.name];
  if (password === undefined)
    throw new Fault('invalid', 'platform.database_password', 'A role has no password in the settings.', {
      remedy: `SMARTSCAN_DATABASE_PASSWORDS needs an entry "${context.name}".`,
    });
  return password;
};

/** A context's way in: its own role, which has rights on its own schema. */
export const loginOf = (settings: DatabaseSettings, context: Context): Login => ({
  ...target(settings),
  user: roleOf(context),
  password: passwordOf(settings, context),
});

/** The migration's way in, as the URL says. */
export const ownerLogin = (settings: DatabaseSettings): Login => {
  const { username, password } = new URL(settings.databaseUrl);
  return { ...target(settings), user: decodeURIComponent(username), password: decodeURIComponent(password) };
};
