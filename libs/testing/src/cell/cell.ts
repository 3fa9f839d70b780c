import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { OWNERS, type Owner } from '@smartscan/contracts/owners';
import type { Region } from '@smartscan/kernel';
import { issueFor, makeAuthority } from '../certificates/certificates.ts';
import { freePort } from '../engines/engine.ts';
import type { TestEngines } from '../engines/test-engines.ts';
import { APPS, runToEnd, ServiceProcess, type Environment, type ServiceSpec } from './service.ts';

const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

export interface CellOptions {
  readonly region?: Region;
  /** More variables for all services, such as where traces go. */
  readonly env?: Environment;
  /** More variables for one service. */
  readonly of?: Partial<Record<Owner, Environment>>;
}

/** Longer than any run of tests. */
const VALID_SECONDS = 86_400;

interface Ports {
  readonly port: number;
  readonly ops: number;
  readonly service: number;
}

/** What another process needs to use a cell that runs. */
interface CellFacts {
  readonly directory: string;
  readonly database: string;
  readonly postgres: TestEngines['postgres'];
  readonly migration: Omit<ServiceSpec, 'opsUrl'>;
  readonly services: readonly (ServiceSpec & { readonly owner: Owner; readonly pid: number | undefined })[];
}

/** A cell on one machine: every service as a process of its own, on the real engines, as its chart would start it. */
export class Cell {
  private constructor(
    readonly services: ReadonlyMap<Owner, ServiceProcess>,
    private client: pg.Client,
    private readonly facts: Omit<CellFacts, 'services'>,
  ) {}

  static async start(engines: TestEngines, options: CellOptions = {}): Promise<Cell> {
    const directory = await mkdtemp(join(tmpdir(), 'smartscan-cell-'));
    const database = `cell_${randomBytes(6).toString('hex')}`;
    await makeDatabase(engines, database);
    const stores = { ...(await storesOf(engines, database)), SMARTSCAN_REGION: options.region ?? 'us-east-1' };
    const migration = { app: 'migrate', env: migrationEnv(engines, stores), log: join(directory, 'migrate.log') };
    await runToEnd(migration);
    const specs = await specsOf(engines, directory, { ...options, env: { ...stores, ...options.env } });
    const cell = await Cell.open(
      { directory, database, postgres: engines.postgres, migration },
      new Map([...specs].map(([owner, spec]) => [owner, new ServiceProcess(spec)])),
    );
    await cell.begin();
    return cell;
  }

  /** A cell that another test file started in this run. */
  static attach({ services, ...facts }: CellFacts): Promise<Cell> {
    return Cell.open(facts, new Map(services.map(({ owner, pid, ...spec }) => [owner, new ServiceProcess(spec, pid)])));
  }

  get url(): string {
    return `http://127.0.0.1:${this.env('gateway')['SMARTSCAN_PORT']}`;
  }

  /** What a service is started with; a process of a test may join in with it. */
  env(owner: Owner): Environment {
    return this.service(owner).spec.env;
  }

  get database(): string {
    return this.facts.database;
  }

  /** Brings the stores up to date once more. */
  migrate(): Promise<void> {
    return runToEnd(this.facts.migration);
  }

  service(owner: Owner): ServiceProcess {
    return this.services.get(owner) as ServiceProcess;
  }

  /** The superuser's view: sees every row of every tenant. */
  get admin(): pg.Client {
    return this.client;
  }

  /** After the database was killed. */
  async reconnect(): Promise<pg.Client> {
    await this.client.end().catch(() => undefined);
    this.client = await adminOf(this.facts);
    return this.client;
  }

  /** Everything that every service has written. */
  logged(): string {
    return [...this.services.values()].map((service) => service.output()).join('');
  }

  toJSON(): CellFacts {
    const services = [...this.services].map(([owner, service]) => ({ owner, pid: service.pid, ...service.spec }));
    return { ...this.facts, services };
  }

  /** Lets go of a cell that others go on using. */
  detach(): Promise<void> {
    return this.admin.end();
  }

  /** Resolves to the services' exit codes. */
  async stop(): Promise<readonly (number | null)[]> {
    const codes = await Promise.all([...this.services.values()].map((service) => service.stop()));
    await this.admin.end();
    await rm(this.facts.directory, { recursive: true, force: true });
    return codes;
  }

  private static async open(facts: Omit<CellFacts, 'services'>, services: Cell['services']): Promise<Cell> {
    return new Cell(services, await adminOf(facts), facts);
  }

  private async begin(): Promise<void> {
    const starts = await Promise.allSettled([...this.services.values()].map((service) => service.start()));
    const failed = starts.find((start) => start.status === 'rejected');
    if (!failed) return;
    await this.stop();
    throw failed.reason;
  }
}

async function adminOf({ postgres, database }: Omit<CellFacts, 'services'>): Promise<pg.Client> {
  const admin = new pg.Client({ ...postgres, database });
  // A server that is stopped while we are connected says goodbye as an error.
  admin.on('error', () => undefined);
  await admin.connect();
  return admin;
}

async function specsOf(
  engines: TestEngines,
  directory: string,
  options: CellOptions,
): Promise<ReadonlyMap<Owner, ServiceSpec>> {
  const ports = new Map<Owner, Ports>();
  for (const owner of OWNERS)
    ports.set(owner, { port: await freePort(), ops: await freePort(), service: await freePort() });
  const addresses = [...ports].map(([owner, { service }]) => `${owner}=https://127.0.0.1:${service}`).join(',');
  const authority = await makeAuthority();
  const specs = new Map<Owner, ServiceSpec>();
  for (const [owner, { port, ops, service }] of ports) {
    const certificates = join(directory, owner);
    await mkdir(certificates);
    await issueFor(authority, owner, certificates, { validSeconds: VALID_SECONDS });
    const env = {
      SMARTSCAN_LOG_LEVEL: 'debug',
      SMARTSCAN_HOST: '127.0.0.1',
      // Nobody else has to hear that a service goes.
      SMARTSCAN_DRAIN_SECONDS: '0',
      ...options.env,
      SMARTSCAN_DATABASE_PASSWORDS: passwords(engines, [owner]),
      SMARTSCAN_CERTIFICATES: certificates,
      SMARTSCAN_SERVICE_ADDRESSES: addresses,
      SMARTSCAN_PORT: String(port),
      SMARTSCAN_OPS_PORT: String(ops),
      SMARTSCAN_SERVICE_PORT: String(service),
      ...options.of?.[owner],
    };
    const app = appOf(owner);
    specs.set(owner, { app, env, opsUrl: `http://127.0.0.1:${ops}`, log: join(directory, `${owner}.log`) });
  }
  return specs;
}

/**
 * One cell for all test files of a run, which run one after the other: the first starts it, the end of the run stops it.
 * `file` tells the later ones of it.
 */
export async function sharedCell(engines: TestEngines, file: string): Promise<Cell> {
  if (existsSync(file)) return Cell.attach(JSON.parse(await readFile(file, 'utf8')) as CellFacts);
  const cell = await Cell.start(engines);
  await writeFile(file, JSON.stringify(cell));
  return cell;
}

/** The app that runs an owner's context alone. */
function appOf(owner: Owner): string {
  const wanted = [`@smartscan/${owner}`, '@smartscan/platform'].sort().join();
  const found = readdirSync(APPS).find((app) => {
    const { dependencies } = JSON.parse(readFileSync(join(APPS, app, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    return Object.keys(dependencies).sort().join() === wanted;
  });
  if (found === undefined) throw new Error(`No app runs ${owner} alone.`);
  return found;
}

async function makeDatabase({ postgres }: TestEngines, database: string): Promise<void> {
  const client = new pg.Client({ ...postgres });
  await client.connect();
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
}

/** As the embedded place makes them, so that both can use one server in one run of tests. */
const passwords = ({ postgres }: TestEngines, owners: readonly Owner[]): string =>
  JSON.stringify(
    Object.fromEntries(
      owners.map((owner) => [
        owner,
        createHmac('sha256', postgres.password).update(`smartscan_${owner}`).digest('hex'),
      ]),
    ),
  );

async function storesOf(engines: TestEngines, database: string): Promise<Environment> {
  const { postgres, brokers, openFga, kmsUrl, s3Url } = engines;
  const kms = new KMSClient({ ...AWS, endpoint: kmsUrl });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const bucket = database.replaceAll('_', '-');
  const s3 = new S3Client({ ...AWS, endpoint: s3Url, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  return {
    SMARTSCAN_DATABASE_URL: `postgres://${postgres.host}:${postgres.port}/${database}`,
    SMARTSCAN_BROKERS: brokers.join(','),
    SMARTSCAN_TOPIC_REPLICAS: '1',
    SMARTSCAN_TOPIC_PARTITIONS: '6',
    SMARTSCAN_OPENFGA_URL: openFga.url,
    SMARTSCAN_OPENFGA_TOKEN: openFga.token,
    SMARTSCAN_OPENFGA_STORE: database,
    SMARTSCAN_KMS_KEY: KeyMetadata?.KeyId ?? '',
    SMARTSCAN_KMS_ENDPOINT: kmsUrl,
    SMARTSCAN_BUCKET: bucket,
    SMARTSCAN_BUCKET_OWNER: '111122223333',
    SMARTSCAN_BUCKET_ENDPOINT: s3Url,
    AWS_ACCESS_KEY_ID: AWS.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: AWS.credentials.secretAccessKey,
  };
}

/** The migration knows less of the cell than a service does: what it has no setting for, it refuses. */
function migrationEnv(engines: TestEngines, stores: Environment): Environment {
  const url = new URL(stores['SMARTSCAN_DATABASE_URL'] ?? '');
  url.username = encodeURIComponent(engines.postgres.user);
  url.password = encodeURIComponent(engines.postgres.password);
  return {
    ...Object.fromEntries(Object.entries(stores).filter(([name]) => !/^AWS_|_(KMS|BUCKET)/.test(name))),
    SMARTSCAN_DATABASE_URL: url.href,
    SMARTSCAN_DATABASE_PASSWORDS: passwords(engines, OWNERS),
  };
}
