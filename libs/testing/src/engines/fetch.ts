import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Ours: a first fetch on a slow network; the Go engines are also compiled. */
const FETCH_TIMEOUT_MS = 900_000;

/** What the tests on real engines fetch, pinned: a version, and a digest of what the registry must give for it. */
export interface Pinned {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

/** Where fetched engines are kept between runs. Safe to delete. */
const cacheFolder = (): string =>
  process.env['SMARTSCAN_ENGINES'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'smartscan', 'engines');

/** An engine that can't be had fails the run and says which and why: no test on it is skipped. */
const unavailable = ({ name, version }: Pinned, why: string): Error =>
  new Error(`${name} ${version} can't be had, and the tests on real engines need it: ${why}`);

const because = (error: unknown): string => {
  const { code, stderr, message } = error as { code?: unknown; stderr?: string; message?: string };
  if (code === 'ENOENT') return `${(error as { path?: string }).path ?? 'a tool'} is not on the PATH.`;
  return `${stderr?.trim() || message || 'unknown error'}`.slice(-2_000);
};

/**
 * The folder of an engine, made by `make` where it is not there yet. Made beside and renamed into place: what is there is
 * whole, and two runs at once do not meet.
 */
async function cached(engine: Pinned, make: (folder: string) => Promise<void>): Promise<string> {
  const key = createHash('sha256').update(`${engine.version} ${engine.digest}`).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), `${engine.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${key}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${randomBytes(4).toString('hex')}`;
  await mkdir(draft, { recursive: true });
  try {
    await make(draft);
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } catch (error) {
    throw error instanceof Error && error.message.includes("can't be had")
      ? error
      : unavailable(engine, because(error));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** SHA-256 over the names and contents of a folder's files, in order. */
async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    const content = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    hash.update(`${content}  ${name}\n`);
  }
  return hash.digest('hex');
}

export interface Artifact {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly classifier?: string;
  /** Without what it depends on: it carries that within. */
  readonly alone?: boolean;
}

const pomOf = (artifacts: readonly Artifact[]): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>engine</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${artifacts
    .map(
      ({ group, artifact, version, classifier, alone }) => `
    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${
      classifier ? `<classifier>${classifier}</classifier>` : ''
    }${alone ? '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>' : ''}</dependency>`,
    )
    .join('')}
  </dependencies>
</project>
`;

/** Resolves to a folder `lib` with the jars of the artifacts and of what they depend on. Needs Java 17 and Maven. */
export async function fetchJars(engine: Pinned, artifacts: readonly Artifact[]): Promise<string> {
  const folder = await cached(engine, async (draft) => {
    await writeFile(join(draft, 'pom.xml'), pomOf(artifacts));
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], {
      cwd: draft,
      timeout: FETCH_TIMEOUT_MS,
    });
    const digest = await digestOf(join(draft, 'lib'));
    if (digest !== engine.digest)
      throw unavailable(engine, `its jars have the digest ${digest}, not ${engine.digest} as pinned.`);
  });
  return join(folder, 'lib');
}

/** Resolves to the program that `go install` makes of a module's package. `digest`: the module's `h1:` sum. Needs Go. */
export async function fetchGo(engine: Pinned, source: { module: string; package: string }): Promise<string> {
  const program = source.package.split('/').at(-1) ?? '';
  const folder = await cached(engine, async (draft) => {
    const module = `${source.module}@${engine.version}`;
    const { stdout } = await run('go', ['mod', 'download', '-json', module], { timeout: FETCH_TIMEOUT_MS });
    const { Sum: sum } = JSON.parse(stdout) as { Sum: string };
    if (sum !== engine.digest)
      throw unavailable(engine, `its module has the sum ${sum}, not ${engine.digest} as pinned.`);
    await run('go', ['install', `${source.package}@${engine.version}`], {
      env: { ...process.env, GOBIN: draft },
      timeout: FETCH_TIMEOUT_MS,
    });
  });
  return join(folder, program);
}
