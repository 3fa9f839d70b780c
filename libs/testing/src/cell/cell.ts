import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { OWNERS, type Owner } from '@smartscan/contracts/owners';
import type { Region } from '@smartscan/kernel';
import { issueFor, makeAuthority } from '../certificates/certificates.ts';
import { freePort } from '../engines/engine.ts';
import type { TestEngines } from '../engines/test-engines.ts';
import { Front } from './front.ts';
import { APPS, runToEnd, ServiceProcess, type Environment, type ServiceSpec } from './service.ts';
import { makeDatabase, migrationEnv, passwords, storesOf } from './stores.ts';

export interface CellOptions {
  readonly region?: Region;
  /** More variables for all services, such as where traces go. */
  readonly env?: Environment;
  /** More variables for one service. */
  readonly of?: Partial<Record<Owner, Environment>>;
  /** The service of which there is a second process, with a front before both. */
  readonly twice?: Owner;
}

/** The second process of a service, and what stands before both. */
export interface Pair {
  readonly second: ServiceProcess;
  /** The first process is its number 0. */
  readonly front: Front;
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
    private readonly twice?: Pair,
  ) {}

  static async start(engines: TestEngines, options: CellOptions = {}): Promise<Cell> {
    const directory = await mkdtemp(join(tmpdir(), 'smartscan-cell-'));
    const database = `cell_${randomBytes(6).toString('hex')}`;
    await makeDatabase(engines, database);
    const stores = { ...(await storesOf(engines, database)), SMARTSCAN_REGION: options.region ?? 'us-east-1' };
    const migration = { app: 'migrate', env: migrationEnv(engines, stores), log: join(directory, 'migrate.log') };
    await runToEnd(migration);
    const { specs, pair } = await specsOf(engines, directory, { ...options, env: { ...stores, ...options.env } });
    const cell = await Cell.open(
      { directory, database, postgres: engines.postgres, migration },
      new Map([...specs].map(([owner, spec]) => [owner, new ServiceProcess(spec)])),
      pair,
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

  /** Of a cell that was started with a service twice. */
  get pair(): Pair {
    return this.twice as Pair;
  }

  private get processes(): readonly ServiceProcess[] {
    return [...this.services.values(), ...(this.twice ? [this.twice.second] : [])];
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
    return this.processes.map((service) => service.output()).join('');
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
    const codes = await Promise.all(this.processes.map((service) => service.stop()));
    await this.twice?.front.close();
    await this.admin.end();
    await rm(this.facts.directory, { recursive: true, force: true });
    return codes;
  }

  private static async open(
    facts: Omit<CellFacts, 'services'>,
    services: Cell['services'],
    twice?: Pair,
  ): Promise<Cell> {
    return new Cell(services, await adminOf(facts), facts, twice);
  }

  private async begin(): Promise<void> {
    const starts = await Promise.allSettled(this.processes.map((service) => service.start()));
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
): Promise<{ specs: ReadonlyMap<Owner, ServiceSpec>; pair: Pair | undefined }> {
  const ports = new Map<Owner, Ports>();
  for (const owner of OWNERS) ports.set(owner, await freePorts());
  const twice = options.twice && (await pairOf(options.twice, ports));
  const portOf = (owner: Owner, { service }: Ports): number =>
    owner === options.twice ? (twice?.front.port ?? service) : service;
  const addresses = [...ports].map(([owner, its]) => `${owner}=https://127.0.0.1:${portOf(owner, its)}`).join(',');
  const authority = await makeAuthority();
  const specs = new Map<Owner, ServiceSpec>();
  for (const [owner, its] of ports) {
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
      ...portsIn(its, owner === options.twice),
      ...options.of?.[owner],
    };
    specs.set(owner, specOf(owner, env, join(directory, `${owner}.log`)));
  }
  if (!options.twice || !twice) return { specs, pair: undefined };
  const { env } = specs.get(options.twice) as ServiceSpec;
  const again = { ...env, ...portsIn(twice.ports, true) };
  const second = new ServiceProcess(specOf(options.twice, again, join(directory, `${options.twice}-second.log`)));
  return { specs, pair: { second, front: twice.front } };
}

const freePorts = async (): Promise<Ports> => ({
  port: await freePort(),
  ops: await freePort(),
  service: await freePort(),
});

/** Ports of a second process, and a front before it and the first. */
async function pairOf(owner: Owner, first: ReadonlyMap<Owner, Ports>): Promise<{ ports: Ports; front: Front }> {
  const ports = await freePorts();
  return { ports, front: await Front.open([first.get(owner)?.service ?? 0, ports.service]) };
}

/** `isReplica`: there are others of its kind, who are to reach it. */
const portsIn = ({ port, ops, service }: Ports, isReplica: boolean): Environment => ({
  SMARTSCAN_PORT: String(port),
  SMARTSCAN_OPS_PORT: String(ops),
  SMARTSCAN_SERVICE_PORT: String(service),
  ...(isReplica ? { SMARTSCAN_REPLICA_ADDRESS: `https://127.0.0.1:${service}` } : {}),
});

const specOf = (owner: Owner, env: Environment, log: string): ServiceSpec => ({
  app: appOf(owner),
  env,
  opsUrl: `http://127.0.0.1:${env['SMARTSCAN_OPS_PORT']}`,
  log,
});

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
