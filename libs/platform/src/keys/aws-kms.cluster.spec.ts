import { randomBytes } from 'node:crypto';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import pg from 'pg';
import { testEngines } from '@smartscan/testing/engines';
import { keyWrapperConformance } from '@smartscan/testing/keys';
import { createDatabase } from '../embedded/postgres/databases.ts';
import { awsKms } from './aws-kms.ts';
import { Keys } from './keys.ts';
import { PgTenantKeyStore, TENANT_KEY_DDL } from './tenant-keys.ts';

const { kmsUrl, postgres } = testEngines();
const REACHED = {
  region: 'us-east-1',
  endpoint: kmsUrl,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const admin = new KMSClient(REACHED);
afterAll(() => admin.destroy());

const createKey = async (): Promise<string> => {
  const { KeyMetadata } = await admin.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
};

keyWrapperConformance('the root key in KMS', async () => {
  const keyId = await createKey();
  return {
    wrapper: awsKms({ ...REACHED, keyId }),
    reopened: async () => awsKms({ ...REACHED, keyId }),
    stranger: async () => awsKms({ ...REACHED, keyId: await createKey() }),
    // local-kms differs from AWS here: it puts a length, the key's ARN and a version (4 bytes) before what it encrypts,
    // and where Decrypt names a key, it reads of these the version alone. AWS authenticates the whole.
    authenticatedFrom: 1 + keyId.length,
    dispose: async () => undefined,
  };
});

describe('the root key in KMS', () => {
  it('that is disabled, or not there at all, is a fault that says what to do, and names neither key nor account', async () => {
    const keyId = await createKey();
    const wrapped = await awsKms({ ...REACHED, keyId }).wrap(randomBytes(32), Buffer.from('a'));
    await admin.send(new DisableKeyCommand({ KeyId: keyId }));
    const attempts = [
      awsKms({ ...REACHED, keyId }).wrap(randomBytes(32), Buffer.from('a')),
      awsKms({ ...REACHED, keyId: keyId.replace(/.{4}$/, '0000') }).wrap(randomBytes(32), Buffer.from('a')),
      // local-kms answers AccessDeniedException to this, AWS DisabledException: the same to us.
      awsKms({ ...REACHED, keyId }).unwrap(wrapped, Buffer.from('a')),
    ];
    // All at once: one that fails while another is waited for would be nobody's.
    const faults = await Promise.all(attempts.map((attempt) => attempt.catch((error: unknown) => error)));
    for (const fault of faults) {
      expect(fault).toMatchObject({
        kind: 'internal',
        code: 'platform.kms_denied',
        extras: { remedy: expect.stringContaining('policy') as string },
      });
      expect(String(fault) + JSON.stringify(fault)).not.toMatch(/arn:|111122223333/);
    }
  });
});

describe('keys of a tenant under KMS', () => {
  let pool: pg.Pool;
  beforeAll(async () => {
    pool = new pg.Pool({
      ...(await createDatabase(postgres, `kms_${randomBytes(5).toString('hex')}`)),
      max: 4,
    });
    pool.on('error', () => undefined);
    await pool.query(TENANT_KEY_DDL);
  });
  afterAll(() => pool.end());

  const RECORD = { table: 'vitals.scan', row: 'scn_1' };
  const CONTENT = Buffer.from('CANARY-5d1e heart_rate 61');
  const keysUnder = (keyId: string): Keys => new Keys(awsKms({ ...REACHED, keyId }), new PgTenantKeyStore(pool));

  it('P40: seal in one process what another opens, and open nothing of another tenant or root key', async () => {
    const keyId = await createKey();
    const [a, b] = [keysUnder(keyId), keysUnder(keyId)];
    const sealed = await a.seal('wsp_A', RECORD, CONTENT);
    expect(sealed.includes('CANARY')).toBe(false);
    expect(await b.open('wsp_A', RECORD, sealed)).toEqual(CONTENT);
    await expect(b.open('wsp_B', RECORD, sealed)).rejects.toMatchObject({ code: 'platform.seal_broken' });
    const stranger = keysUnder(await createKey());
    await expect(stranger.open('wsp_A', RECORD, sealed)).rejects.toMatchObject({ code: 'platform.root_key_mismatch' });
    // A wrapped key that is moved to another tenant's row opens nothing there.
    await pool.query(
      `update keys.tenant_key set wrapped = (select wrapped from keys.tenant_key where tenant_id = 'wsp_A')
       where tenant_id = 'wsp_B'`,
    );
    await expect(keysUnder(keyId).pseudonym('wsp_B', 'subject', 'p')).rejects.toMatchObject({
      code: 'platform.root_key_mismatch',
    });
  });

  it('P24: shredding makes everything of the tenant unreadable', async () => {
    const keyId = await createKey();
    const keys = keysUnder(keyId);
    const sealed = await keys.seal('wsp_C', RECORD, CONTENT);
    await keys.shred('wsp_C');
    await expect(keys.open('wsp_C', RECORD, sealed)).rejects.toMatchObject({ code: 'platform.key_shredded' });
    await expect(keysUnder(keyId).open('wsp_C', RECORD, sealed)).rejects.toMatchObject({
      code: 'platform.key_shredded',
    });
  });
});
