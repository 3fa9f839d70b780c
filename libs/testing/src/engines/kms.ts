import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, freePort, listensOn } from './engine.ts';
import { fetchGo, type Pinned } from './fetch.ts';

export const LOCAL_KMS: Pinned = {
  name: 'local-kms',
  version: 'v0.0.0-20260228092603-2a5e92d09ab6',
  digest: 'h1:kCiMJ8KHc9CLE+nL5W5c0hFEhjyZMRNJroF8huqLoNM=',
};

export interface KmsEngine {
  readonly url: string;
  readonly engine: Engine;
  dispose(): Promise<void>;
}

/** A server that speaks AWS KMS's protocol and stands in for it: it has keys, but no hardware that guards them. */
export async function startKms(): Promise<KmsEngine> {
  const program = await fetchGo(LOCAL_KMS, {
    module: 'github.com/nsmithuk/local-kms',
    package: 'github.com/nsmithuk/local-kms',
  });
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-kms-'));
  const port = await freePort();
  const engine = new Engine({
    name: LOCAL_KMS.name,
    command: program,
    args: [],
    env: { PORT: String(port), KMS_DATA_PATH: directory, KMS_REGION: 'us-east-1', KMS_ACCOUNT_ID: '111122223333' },
    ready: () => listensOn(port),
  });
  await engine.start();
  const dispose = async (): Promise<void> => {
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, engine, dispose };
}
