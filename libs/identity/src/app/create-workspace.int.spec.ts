import { verify } from '@node-rs/argon2';
import fc from 'fast-check';
import { createWorkspace, getWorkspace, verifyApiKey } from '@smartscan/contracts/identity';
import { SCOPES, type CallInputOf } from '@smartscan/contracts/operation';
import { parseApiKey } from '@smartscan/kernel';
import { buildHouse, callOf, tablesWith, type House } from '@smartscan/testing';
import { identity } from '../index.ts';
import { accountTable } from './accounts.ts';

type SignUp = CallInputOf<typeof createWorkspace>;
const ANONYMOUS = callOf({ tenant: '*', actor: { kind: 'anonymous', id: 'anonymous' }, purpose: 'administer_account' });
const PASSWORD = 'canary-Ångström-9f1c27-password';

const signUpOf = (email: string, given: Partial<SignUp> = {}): SignUp => ({
  name: 'Clinic',
  region: 'us-east-1',
  admin: { full_name: 'First Admin', email, company: 'Clinic', country: 'US', password: PASSWORD },
  ...given,
});

describe('signing up a workspace', () => {
  let house: House;
  beforeAll(async () => {
    house = await buildHouse([identity]);
  });
  afterAll(() => house.stop());

  const signUp = (input: SignUp) => house.services.call(createWorkspace, input, ANONYMOUS);
  const count = async (table: string): Promise<number> => {
    const { rows } = await house.admin.query<{ n: number }>(`SELECT count(*)::int AS n FROM identity.${table}`);
    return rows[0]?.n ?? -1;
  };
  const digest = async (secret: string): Promise<string> => {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)));
    return Buffer.from(bytes).toString('hex');
  };

  it('makes a workspace in this region, with a key of this region that holds every scope', async () => {
    const { workspace, api_key: key } = await signUp(signUpOf('one@clinic.example'));
    expect(workspace).toEqual(expect.objectContaining({ name: 'Clinic', region: 'us-east-1', plan: 'free' }));
    expect(parseApiKey(key.secret)).toEqual({ ok: true, region: 'us-east-1' });
    expect(key.scopes).toEqual(Object.keys(SCOPES));
    const verified = await house.services.call(verifyApiKey, { digest: await digest(key.secret) }, ANONYMOUS);
    expect(verified).toEqual({
      key_id: key.id,
      workspace_id: workspace.id,
      scopes: key.scopes,
      expires_at: null,
      plan: 'free',
    });
    const read = await house.services.call(getWorkspace, {}, callOf({ tenant: workspace.id }));
    expect(read).toEqual(workspace);
  });

  it('keeps of a key its digest only: the key itself is in no table and no log line', async () => {
    const { api_key: key } = await signUp(signUpOf('two@clinic.example'));
    expect(await tablesWith(house.admin, key.secret)).toEqual([]);
    expect(await tablesWith(house.admin, await digest(key.secret))).toEqual(['identity.api_key']);
    expect(house.logged()).not.toContain(key.secret);
  });

  it('P05: a password is kept as argon2id with m=19456, t=2, p=1, and nowhere in a form that can be read', async () => {
    const { workspace } = await signUp(signUpOf('three@clinic.example'));
    const { rows } = await house.admin.query<{ password_hash: string }>(
      'SELECT password_hash FROM identity.account WHERE workspace_id = $1',
      [workspace.id],
    );
    const hash = rows[0]?.password_hash ?? '';
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verify(hash, PASSWORD.normalize('NFKC'))).toBe(true);
    expect(await verify(hash, `${PASSWORD}x`)).toBe(false);
    for (const spelling of [PASSWORD, PASSWORD.normalize('NFKC'), PASSWORD.normalize('NFD')]) {
      expect(await tablesWith(house.admin, spelling)).toEqual([]);
      expect(house.logged()).not.toContain(spelling);
    }
  });

  it('refuses an email address that has an account in the region, however it is spelt, and leaves nothing behind', async () => {
    await signUp(signUpOf('four@clinic.example'));
    const before = [await count('workspace'), await count('account'), await count('api_key')];
    await expect(signUp(signUpOf('FOUR@Clinic.Example'))).rejects.toMatchObject({
      kind: 'conflict',
      code: 'identity.email_taken',
    });
    expect([await count('workspace'), await count('account'), await count('api_key')]).toEqual(before);
  });

  it('lets one of many at the same moment have an email address', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => signUp(signUpOf('five@clinic.example'))));
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
  });

  it('P31: sends a sign-up for the other region to its host, and makes nothing here', async () => {
    const before = await count('workspace');
    await expect(signUp(signUpOf('six@clinic.example', { region: 'eu-west-1' }))).rejects.toMatchObject({
      code: 'identity.wrong_region',
      status: 421,
      extras: { members: { host: 'api.eu.smartscan.example' } },
    });
    expect(await count('workspace')).toBe(before);
  });

  it('P04: refuses every field that account data does not have', () => {
    const known = new Set(['full_name', 'email', 'company', 'country', 'password']);
    const input = signUpOf('seven@clinic.example');
    fc.assert(
      fc.property(
        fc.string().filter((name) => !known.has(name) && name !== '__proto__'),
        fc.jsonValue(),
        (name, value) => {
          const admin = { ...input.admin, [name]: value };
          expect(createWorkspace.input.safeParse({ ...input, admin }).success).toBe(false);
        },
      ),
    );
    expect(createWorkspace.input.safeParse(input).success).toBe(true);
  });

  it('P04: stores name, email, company, country and password hash of a person, and no more', async () => {
    const { rows } = await house.admin.query<{ column_name: string }>(
      "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'identity' AND table_name = 'account'",
    );
    const bookkeeping = ['id', 'workspace_id', 'created_at'];
    const personal = rows.map((row) => row.column_name).filter((name) => !bookkeeping.includes(name));
    expect(personal.sort()).toEqual(['company', 'country', 'email', 'full_name', 'password_hash']);
    expect(accountTable.category).toBe('account_profile');
  });
});
