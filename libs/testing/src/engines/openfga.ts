import { Engine, answers, freePort } from './engine.ts';
import { fetchGo, type Pinned } from './fetch.ts';

export const OPENFGA: Pinned = {
  name: 'OpenFGA',
  version: 'v1.18.1',
  digest: 'h1:scfXscw1co45EJxPHSWQ9OXso+MnmkkGEdQ3+Y2P4mo=',
};

export interface OpenFgaEngine {
  readonly url: string;
  /** Every request must carry it as `Authorization: Bearer …`. */
  readonly token: string;
  readonly engine: Engine;
  dispose(): Promise<void>;
}

/** A real server with its store in memory, started and ready. */
export async function startOpenFga(): Promise<OpenFgaEngine> {
  const program = await fetchGo(OPENFGA, {
    module: 'github.com/openfga/openfga',
    package: 'github.com/openfga/openfga/cmd/openfga',
  });
  const [http, grpc] = [await freePort(), await freePort()];
  const token = 'token-of-the-tests';
  const engine = new Engine({
    name: OPENFGA.name,
    command: program,
    args: [
      'run',
      `--http-addr=127.0.0.1:${http}`,
      `--grpc-addr=127.0.0.1:${grpc}`,
      '--playground-enabled=false',
      '--metrics-enabled=false',
      '--log-level=error',
      '--authn-method=preshared',
      `--authn-preshared-keys=${token}`,
    ],
    ready: () => answers(`http://127.0.0.1:${http}/healthz`),
  });
  await engine.start();
  return { url: `http://127.0.0.1:${http}`, token, engine, dispose: () => engine.stop() };
}
