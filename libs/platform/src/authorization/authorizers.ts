import type pg from 'pg';
import type { Wakeups } from '../outbox/wakeups.ts';
import type { Log } from '../ports/log.ts';
import { CachedAuthorizer } from './cached-authorizer.ts';
import { FactChanges } from './fact-changes.ts';
import { readModel } from './model.ts';
import { OpenFgaFacts, type OpenFgaServer } from './open-fga.ts';
import { TupleTable } from './tuple-table.ts';

export { ensureModel, type OpenFgaServer } from './open-fga.ts';
export { AUTHORIZATION_DDL } from './tuple-table.ts';

export interface AuthorizerParts {
  /** The platform's own way to the database. */
  readonly pool: pg.Pool;
  readonly wakeups: Wakeups;
  readonly log: Log;
}

/** Answers in this process, from facts in the database's schema `authz`. */
export async function embeddedAuthorizer({ pool, wakeups, log }: AuthorizerParts): Promise<CachedAuthorizer> {
  const model = await readModel();
  const changes = new FactChanges(wakeups);
  return new CachedAuthorizer({ facts: new TupleTable(pool, model, changes), model, changes, log });
}

/** Asks an OpenFGA server. The database only carries the word that facts have changed. */
export async function openFgaAuthorizer(parts: AuthorizerParts & { server: OpenFgaServer }): Promise<CachedAuthorizer> {
  const { pool, wakeups, log, server } = parts;
  const model = await readModel();
  const changes = new FactChanges(wakeups);
  return new CachedAuthorizer({ facts: new OpenFgaFacts(server, pool), model, changes, log });
}
