import pg from 'pg';
import { Fault } from '@smartscan/kernel';
import type { Owner } from '@smartscan/contracts/owners';
import { openFgaAuthorizer } from '../authorization/authorizers.ts';
import { Database } from '../database/database.ts';
import { refuseUnfitLogin } from '../database/standing.ts';
import type { DatabaseTools } from '../database/transaction.ts';
import { awsKms } from '../keys/aws-kms.ts';
import { Keys, type KeyWrapper } from '../keys/keys.ts';
import { PgTenantKeyStore } from '../keys/tenant-keys.ts';
import { s3Objects } from '../objects/s3.ts';
import { pruneInbox } from '../outbox/outbox.ts';
import { Wakeups } from '../outbox/wakeups.ts';
import { ALONE } from '../peers/alone.ts';
import type { Context } from '../ports/context.ts';
import type { Dispatcher } from '../process/dispatcher.ts';
import { secureIds, systemClock } from '../process/ids.ts';
import { openLog, type ProcessLog } from '../process/log.ts';
import type { Platform } from '../process/platform.ts';
import { KafkaEventLog } from './event-log/event-log.ts';
import { kafkaOf, mailOf, openFgaOf } from './engines.ts';
import { loginOf } from './logins.ts';
import { certificateFilesIn } from './services/certificates.ts';
import { HttpPeers } from './services/http-peers.ts';
import { HttpServices } from './services/http-services.ts';
import { serveServices } from './services/serve-services.ts';
import type { ServiceSettings } from './settings.ts';

/** Ours: notifications and tenant keys; a statement takes a millisecond. */
const PLATFORM_POOL_MAX = 2;
/** Ours: what is pruned is old by days. */
const HOUR_SECONDS = 3_600;

/**
 * The place in a cluster: PostgreSQL, Kafka, OpenFGA, AWS, other services over mutual TLS. A process logs in as the roles
 * of its own contexts and no other; the migration has made everything before.
 */
export async function cluster(
  settings: ServiceSettings,
  contexts: readonly Context[],
  givenLog?: ProcessLog,
): Promise<Platform> {
  const [first] = contexts;
  if (!first) throw new Fault('internal', 'platform.no_context', 'A process needs a context.');
  const log = givenLog ?? openLog({ level: settings.logLevel, service: first.name });
  const stores = storesOf(settings, first, log);
  const { eventLog, wakeups, objects, mail, pools } = stores;
  const pool = pools.open(loginOf(settings, first));
  const authorizer = await openFgaAuthorizer({ pool, wakeups, log, server: openFgaOf(settings) });
  const clock = systemClock;
  const ids = secureIds(clock);
  const wires = wiresOf(settings, first.name, log);
  return {
    place: { region: settings.region, hosts: { 'us-east-1': settings.hostUs, 'eu-west-1': settings.hostEu } },
    clock,
    ids,
    log,
    eventLog,
    wakeups,
    authorizer,
    objects,
    mail,
    peers: wires.peers,
    // Events wait in the outbox, and any error of the authorizer denies: neither takes the process out of rotation.
    dependencies: [
      { name: 'events', required: false, up: () => eventLog.isUp() },
      { name: 'wakeups', required: false, up: () => Promise.resolve(wakeups.presence !== undefined) },
    ],
    openDatabase: (context) => openDatabase(settings, context, { ...stores, clock, ids }),
    services: wires.services,
    listen: wires.listen,
    jobs: (_context, { pool: contextPool }) => [
      { name: 'prune_inbox', everySeconds: HOUR_SECONDS, run: async () => void (await pruneInbox(contextPool)) },
    ],
    close: async () => {
      await eventLog.close();
      await wires.close();
      await wakeups.close();
      await pools.close();
      for (const client of [stores.wrapper, objects, mail]) client.close();
      if (!givenLog) log.close();
    },
  };
}

/** What keeps things, each with a client that nobody is waiting for yet. */
function storesOf(settings: ServiceSettings, context: Context, log: ProcessLog) {
  const { name } = context;
  const { region, kmsKey, kmsEndpoint, bucket, bucketOwner, bucketKey, bucketEndpoint } = settings;
  const wakeups = new Wakeups({ ...loginOf(settings, context), application_name: `smartscan wakeups ${name}` });
  return {
    wrapper: awsKms({ keyId: kmsKey, region, ...endpointOf(kmsEndpoint) }),
    objects: s3Objects({
      region,
      bucket,
      bucketOwner,
      ...(bucketKey === undefined ? {} : { kmsKey: bucketKey }),
      ...endpointOf(bucketEndpoint),
    }),
    mail: mailOf(settings),
    eventLog: new KafkaEventLog(kafkaOf(settings, name, log)),
    wakeups,
    pools: new Pools(),
  };
}

interface Opening extends Pick<DatabaseTools, 'clock' | 'ids'> {
  readonly wakeups: Wakeups;
  readonly pools: Pools;
  readonly wrapper: KeyWrapper;
}

async function openDatabase(settings: ServiceSettings, context: Context, parts: Opening): Promise<Database> {
  const { wakeups, pools, wrapper, clock, ids } = parts;
  const login = loginOf(settings, context);
  const pool = pools.open(login);
  // Before anything waits for a database that may never answer.
  await refuseUnfitLogin(pool, context);
  await wakeups.start();
  const keys = new Keys(wrapper, new PgTenantKeyStore(pool));
  return Database.open(context, login, { clock, ids, keys, region: settings.region });
}

/** To other services and other processes of this one, and from them. */
function wiresOf(settings: ServiceSettings, self: string, log: ProcessLog) {
  const tls = certificateFilesIn(settings.certificates);
  const calls: HttpServices[] = [];
  const { replicaAddress: address } = settings;
  const peers = address === undefined ? undefined : new HttpPeers({ address, tls, log });
  return {
    peers: peers ?? ALONE,
    services: (local: Dispatcher): HttpServices => {
      const services = new HttpServices({ local, addressOf: addressesOf(settings), tls, self, log });
      calls.push(services);
      return services;
    },
    listen: (dispatcher: Dispatcher) =>
      serveServices({ dispatcher, host: settings.host, port: settings.servicePort, tls, log }),
    close: async () => void (await Promise.all([...calls, ...(peers ? [peers] : [])].map((wire) => wire.close()))),
  };
}

/** Ours: a start that gets no connection within this time says so; the pod is then started again. */
const CONNECT_WITHIN_MS = 10_000;

/** Small pools beside those of the units of work. */
class Pools {
  readonly #open: pg.Pool[] = [];

  open(login: pg.PoolConfig): pg.Pool {
    const pool = new pg.Pool({
      ...login,
      max: PLATFORM_POOL_MAX,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      application_name: 'smartscan platform',
    });
    pool.on('error', () => undefined);
    this.#open.push(pool);
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((pool) => pool.end()));
  }
}

const endpointOf = (endpoint: string | undefined) => (endpoint === undefined ? {} : { endpoint });

function addressesOf({ serviceAddress, serviceAddresses }: ServiceSettings): (owner: Owner) => URL {
  return (owner) => new URL(serviceAddresses?.get(owner) ?? serviceAddress.replace('{owner}', owner));
}
