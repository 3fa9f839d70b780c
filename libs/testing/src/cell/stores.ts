import { createHmac } from 'node:crypto';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { OWNERS, type Owner } from '@smartscan/contracts/owners';
import type { TestEngines } from '../engines/test-engines.ts';
import type { Environment } from './service.ts';

const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

export async function makeDatabase({ postgres }: TestEngines, database: string): Promise<void> {
  const client = new pg.Client({ ...postgres });
  await client.connect();
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
}

/** As the embedded place makes them, so that both can use one server in one run of tests. */
export const passwords = ({ postgres }: TestEngines, owners: readonly Owner[]): string =>
  JSON.stringify(
    Object.fromEntries(
      owners.map((owner) => [
        owner,
        createHmac('sha256', postgres.password).update(`smartscan_${owner}`).digest('hex'),
      ]),
    ),
  );

export async function storesOf(engines: TestEngines, database: string): Promise<Environment> {
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
export function migrationEnv(engines: TestEngines, stores: Environment): Environment {
  const url = new URL(stores['SMARTSCAN_DATABASE_URL'] ?? '');
  url.username = encodeURIComponent(engines.postgres.user);
  url.password = encodeURIComponent(engines.postgres.password);
  return {
    ...Object.fromEntries(Object.entries(stores).filter(([name]) => !/^AWS_|_(KMS|BUCKET)/.test(name))),
    SMARTSCAN_DATABASE_URL: url.href,
    SMARTSCAN_DATABASE_PASSWORDS: passwords(engines, OWNERS),
  };
}
