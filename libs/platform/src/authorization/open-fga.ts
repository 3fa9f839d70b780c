import {
  ClientWriteRequestOnDuplicateWrites,
  ClientWriteRequestOnMissingDeletes,
  ConsistencyPreference,
  CredentialsMethod,
  FgaApiAuthenticationError,
  FgaApiNotFoundError,
  FgaApiValidationError,
  OpenFgaClient,
  type TupleKeyWithoutCondition,
} from '@openfga/sdk';
import type pg from 'pg';
import { Fault } from '@smartscan/kernel';
import type { Relation, RelationChange } from '../ports/authorizer.ts';
import { authorizationDown, type Facts } from './cached-authorizer.ts';
import { FactChanges } from './fact-changes.ts';
import { canonicalText, readModel } from './model.ts';

/** An OpenFGA server and the store on it. */
export interface OpenFgaServer {
  /** `https://…`; `http://` only where the way to it is encrypted otherwise. */
  readonly url: string;
  /** The preshared key. */
  readonly token: string;
  readonly store: string;
}

/** Ours: an answer takes some milliseconds. Twice, with the pause in between, it fits into a check's limit (2 s). */
const REQUEST_LIMIT_MS = 800;
/** Ours: a server that is being replaced drops its connections; another one answers the second try. */
const RETRY = { maxRetry: 1, minWaitInMs: 100 };
/** The server's own default for one write (`--max-tuples-per-write`). */
const WRITE_MAX = 100;
const PAGE = 100;

interface Address {
  readonly storeId: string;
  readonly authorizationModelId: string;
}

/** Facts on an OpenFGA server. Store and model are looked up when they are first needed; `ensureModel` makes them. */
export class OpenFgaFacts implements Facts {
  readonly #client: OpenFgaClient;
  #address: Promise<Address> | undefined;

  constructor(
    private readonly server: OpenFgaServer,
    /** Any way to the database whose notifications all processes hear. */
    private readonly pool: pg.Pool,
  ) {
    this.#client = clientOf(server);
  }

  check(question: Relation): Promise<boolean> {
    return this.#at(async (address) => {
      // Past the server's own caches: they know nothing of what was removed a moment ago.
      const consistency = ConsistencyPreference.HigherConsistency;
      const { allowed } = await this.#client.check(tupleOf(question), { ...address, consistency });
      if (typeof allowed !== 'boolean') throw authorizationDown();
      return allowed;
    });
  }

  /** More than a hundred facts in several writes, removals first: what is repeated after an error is not done twice. */
  async write({ add, remove }: RelationChange): Promise<void> {
    const conflict = {
      onDuplicateWrites: ClientWriteRequestOnDuplicateWrites.Ignore,
      onMissingDeletes: ClientWriteRequestOnMissingDeletes.Ignore,
    };
    await this.#at(async (address) => {
      for (const part of partsOf({ add, remove })) {
        const body = { writes: part.add.map(tupleOf), deletes: part.remove.map(tupleOf) };
        await this.#client.write(body, { ...address, conflict });
      }
    });
    const objects = [...new Set([...add, ...remove].map((fact) => fact.object))];
    await FactChanges.tell(this.pool, objects).catch(() => {
      throw authorizationDown();
    });
  }

  async #at<T>(work: (address: Address) => Promise<T>): Promise<T> {
    try {
      return await work(await (this.#address ??= lookUp(this.#client, this.server.store)));
    } catch (error) {
      const fault = faultOf(error);
      // Also where it was refused: store and model may have been made anew.
      if (fault.code !== 'platform.authorization_down') this.#address = undefined;
      throw fault;
    }
  }
}

/**
 * Makes the store where there is none of the name, and writes the model where the latest differs from ours. Called by
 * one process at a time, before those that ask. Faults as for a check; `changed`: whether a model was written.
 */
export async function ensureModel(server: OpenFgaServer): Promise<{ readonly changed: boolean }> {
  const client = clientOf(server);
  try {
    const { json } = await readModel();
    const storeId = (await storeNamed(client, server.store)) ?? (await client.createStore({ name: server.store })).id;
    const { authorization_model: latest } = await client.readLatestAuthorizationModel({ storeId } as object);
    if (latest && canonicalText(latest) === canonicalText(json)) return { changed: false };
    await client.writeAuthorizationModel(json, { storeId });
    return { changed: true };
  } catch (error) {
    throw faultOf(error);
  }
}

const clientOf = ({ url, token }: OpenFgaServer): OpenFgaClient =>
  new OpenFgaClient({
    apiUrl: url,
    credentials: { method: CredentialsMethod.ApiToken, config: { token } },
    retryParams: RETRY,
    // Neither by way of a proxy that some variable names nor wherever an answer points: the key goes to this address only.
    baseOptions: { timeout: REQUEST_LIMIT_MS, proxy: false, maxRedirects: 0 },
  });

async function lookUp(client: OpenFgaClient, store: string): Promise<Address> {
  const storeId = await storeNamed(client, store);
  if (storeId === undefined) throw absent();
  const { authorization_model: latest } = await client.readLatestAuthorizationModel({ storeId } as object);
  if (!latest) throw absent();
  return { storeId, authorizationModelId: latest.id };
}

/** Names need not be unique: the oldest store counts, and ids sort by time. */
async function storeNamed(client: OpenFgaClient, name: string): Promise<string | undefined> {
  const ids: string[] = [];
  for (let token: string | undefined; token !== ''; ) {
    const page = await client.listStores({ name, pageSize: PAGE, ...(token ? { continuationToken: token } : {}) });
    ids.push(...page.stores.filter((store) => store.name === name).map((store) => store.id));
    token = page.continuation_token;
  }
  return ids.sort()[0];
}

const tupleOf = ({ subject, relation, object }: Relation): TupleKeyWithoutCondition => ({
  user: subject,
  relation,
  object,
});

function* partsOf({ add, remove }: RelationChange): Iterable<RelationChange> {
  for (let from = 0; from < remove.length; from += WRITE_MAX) {
    yield { add: [], remove: remove.slice(from, from + WRITE_MAX) };
  }
  for (let from = 0; from < add.length; from += WRITE_MAX) yield { add: add.slice(from, from + WRITE_MAX), remove: [] };
}

const absent = (): Fault =>
  new Fault('unavailable', 'platform.authorization_model_absent', 'The authorization server has no model of ours.', {
    remedy: 'Run the migrations: they write it.',
  });

/** The client's own errors hold request and key: nothing of them goes on but the kind. */
function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof FgaApiAuthenticationError)
    return new Fault('unavailable', 'platform.authorization_key_refused', 'The authorization server refused our key.', {
      remedy: 'Give the service the key that the server was started with.',
    });
  if (error instanceof FgaApiNotFoundError) return absent();
  if (error instanceof FgaApiValidationError)
    return new Fault('unavailable', 'platform.authorization_refused', 'The authorization server refused a question.');
  return authorizationDown();
}
