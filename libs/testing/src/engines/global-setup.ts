import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPostgres } from '@smartscan/platform/embedded';
import { startKafka } from './kafka.ts';
import { startKms } from './kms.ts';
import { startOpenFga } from './openfga.ts';
import { startS3 } from './s3.ts';
import { shareEngines } from './test-engines.ts';

type Dispose = () => Promise<void>;

/**
 * Starts every engine that the cluster place stands on: a run that has them all, or none at all. What fails says which
 * engine it was.
 */
export default async function globalSetup(): Promise<void> {
  const disposals: Dispose[] = [];
  (globalThis as { disposeEngines?: Dispose }).disposeEngines = async () => {
    await Promise.all(disposals.map((dispose) => dispose()));
  };
  const kept = async <T extends { readonly dispose: Dispose }>(starting: Promise<T>): Promise<T> => {
    const engine = await starting;
    disposals.push(engine.dispose);
    return engine;
  };
  const postgres = startTestPostgres().then((server) => ({ ...server, dispose: server.stop }));
  // Apart from what the engines keep, which is searched.
  const facts = await mkdtemp(join(tmpdir(), 'smartscan-run-'));
  disposals.push(() => rm(facts, { recursive: true, force: true }));
  const starting = [
    kept(postgres),
    kept(startKafka()),
    kept(startOpenFga()),
    kept(startKms()),
    kept(startS3()),
  ] as const;
  await Promise.allSettled(starting);
  try {
    const [server, kafka, openFga, kms, s3] = await Promise.all(starting);
    process.env['TEST_POSTGRES'] = JSON.stringify(server.superuser);
    shareEngines({
      postgres: server.superuser,
      brokers: kafka.brokers,
      kafkaFolder: kafka.directory,
      cellFile: join(facts, 'cell.json'),
      canaryFile: join(facts, 'canaries'),
      folders: [server.dataDirectory, kafka.directory, s3.directory],
      openFga: { url: openFga.url, token: openFga.token },
      kmsUrl: kms.url,
      s3Url: s3.url,
    });
  } catch (error) {
    await (globalThis as { disposeEngines?: Dispose }).disposeEngines?.();
    throw error;
  }
}
