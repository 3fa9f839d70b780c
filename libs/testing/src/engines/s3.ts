import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, freePort, listensOn } from './engine.ts';
import { fetchJars, type Pinned } from './fetch.ts';

export const S3MOCK: Pinned = {
  name: 'S3Mock',
  version: '4.7.0',
  digest: '56decc735cf549df95c369ca85e2eddf9856baca4ed21faecb797ec8b493eda6',
};

export interface S3Engine {
  readonly url: string;
  /** Everything that it keeps. */
  readonly directory: string;
  readonly engine: Engine;
  dispose(): Promise<void>;
}

/** A server that speaks Amazon S3's protocol and stands in for it. It takes any credentials. */
export async function startS3(): Promise<S3Engine> {
  const lib = await fetchJars(S3MOCK, [
    { group: 'com.adobe.testing', artifact: 's3mock', version: S3MOCK.version, classifier: 'exec', alone: true },
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-s3-'));
  const [http, https] = [await freePort(), await freePort()];
  const engine = new Engine({
    name: S3MOCK.name,
    command: 'java',
    args: [
      '-Xmx256m',
      '-jar',
      `${lib}/s3mock-${S3MOCK.version}-exec.jar`,
      `--com.adobe.testing.s3mock.httpPort=${http}`,
      `--server.port=${https}`,
    ],
    env: {
      COM_ADOBE_TESTING_S3MOCK_STORE_ROOT: directory,
      COM_ADOBE_TESTING_S3MOCK_STORE_RETAIN_FILES_ON_EXIT: 'true',
    },
    ready: () => listensOn(http),
  });
  const dispose = async (): Promise<void> => {
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  };
  await engine.start();
  return { url: `http://127.0.0.1:${http}`, directory, engine, dispose };
}
