import { createHash } from 'node:crypto';
import {
  createApiKey,
  createWorkspace,
  custody,
  listApiKeys,
  revokeApiKey,
  verifyApiKey,
} from '@smartscan/contracts/identity';
import type { Scope } from '@smartscan/contracts/operation';
import { DAY_MS, HOUR_MS } from '@smartscan/kernel';
import type { Call } from '@smartscan/platform/ports';
import { buildHouse, callOf, type House } from '@smartscan/testing';
import { identity } from '../index.ts';

const SYSTEM = callOf({ tenant: '*', purpose: 'secure_service' });
const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

describe('API keys', () => {
  let house: House;
  let us: Call;
  let others: Call;
  beforeAll(async () => {
    house = await buildHouse([identity]);
    [us, others] = [await signUp('us@clinic.example'), await signUp('others@clinic.example')];
  });
  afterAll(() => house.stop());

  /** A call with the first key of a new workspace. */
  async function signUp(email: string): Promise<Call> {
    const admin = { full_name: 'Admin', email, company: 'Clinic', country: 'US', password: 'a long password' };
    const input = { name: 'Clinic', region: 'us-east-1' as const, admin };
    const { workspace, api_key: key } = await house.services.call(createWorkspace, input, SYSTEM);
    const actor = { kind: 'api_key' as const, id: key.id };
    return callOf({ tenant: workspace.id, actor, purpose: 'administer_account' });
  }
  const make = (call: Call, scopes: Scope[], expiresAt: Date | null = null) =>
    house.services.call(createApiKey, { name: 'Key', scopes, expires_at: expiresAt?.toISOString() ?? null }, call);
  const verify = (secret: string) => house.services.call(verifyApiKey, { digest: digestOf(secret) }, SYSTEM);
  const told = async (type: string, keyId: string): Promise<number> => {
    const { rows } = await house.admin.query<{ n: number }>(
      `SELECT count(DISTINCT event_id)::int AS n FROM
         (SELECT event_id, type, body FROM identity.outbox UNION ALL SELECT event_id, type, body FROM bus.record) AS told
       WHERE type = $1 AND body LIKE '%' || $2 || '%'`,
      [type, keyId],
    );
    return rows[0]?.n ?? -1;
  };

  it('grant what they hold and nothing else', async () => {
    const reader = await make(us, ['scans:read', 'keys:write']);
    const asReader = { ...us, actor: { kind: 'api_key' as const, id: reader.id } };
    await expect(make(asReader, ['scans:read', 'scans:write'])).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'identity.scope_not_held',
    });
    expect((await make(asReader, ['scans:read'])).scopes).toEqual(['scans:read']);
  });

  it('are made by keys of the same workspace only', async () => {
    const stranger = { ...us, actor: others.actor };
    await expect(make(stranger, ['scans:read'])).rejects.toMatchObject({ code: 'identity.scope_not_held' });
    const system = { ...us, actor: { kind: 'system' as const, id: us.actor.id } };
    await expect(make(system, ['scans:read'])).rejects.toMatchObject({ code: 'identity.scope_not_held' });
  });

  it('are refused from the instant of their expiry on, and not made with one in the past', async () => {
    const key = await make(us, ['scans:read'], new Date(house.clock.nowMs() + HOUR_MS));
    expect((await verify(key.secret)).expires_at).toBe(key.expires_at);
    house.clock.advance(HOUR_MS);
    await expect(verify(key.secret)).rejects.toMatchObject({
      kind: 'unauthenticated',
      code: 'identity.api_key_expired',
    });
    await expect(make(us, ['scans:read'], new Date(house.clock.nowMs()))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'identity.expiry_in_past',
    });
  });

  it('stop working at once when they are revoked; revoking again changes and tells nothing', async () => {
    const key = await make(us, ['keys:write', 'scans:read']);
    const revoke = () => house.services.call(revokeApiKey, { id: key.id }, us);
    const [first, second] = await Promise.all([revoke(), revoke()]);
    expect(first.revoked_at).not.toBeNull();
    expect(second).toEqual(first);
    house.clock.advance(1_000);
    expect(await revoke()).toEqual(first);
    await expect(verify(key.secret)).rejects.toMatchObject({ code: 'identity.api_key_revoked' });
    expect(await told('identity.api_key_revoked.v1', key.id)).toBe(1);
    const asRevoked = { ...us, actor: { kind: 'api_key' as const, id: key.id } };
    await expect(make(asRevoked, ['scans:read'])).rejects.toMatchObject({ code: 'identity.api_key_revoked' });
  });

  it('P15: of one workspace are neither seen nor revoked by another', async () => {
    const key = await make(us, ['scans:read']);
    await expect(house.services.call(revokeApiKey, { id: key.id }, others)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'identity.api_key_not_found',
    });
    const { items } = await house.services.call(listApiKeys, { limit: 100 }, others);
    expect(items.map((item) => item.id)).toEqual([others.actor.id]);
    expect((await verify(key.secret)).workspace_id).toBe(us.tenant);
  });

  it('unknown are refused as unknown', async () => {
    await expect(verify('ssp_live_us_never')).rejects.toMatchObject({
      kind: 'unauthenticated',
      code: 'identity.api_key_unknown',
    });
  });

  it('are listed newest first, page by page, each once, without digest or secret', async () => {
    const { items: all } = await house.services.call(listApiKeys, { limit: 100 }, us);
    const paged: typeof all = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await house.services.call(listApiKeys, { limit: 2, ...(cursor ? { cursor } : {}) }, us);
      expect(page.items.length).toBeLessThanOrEqual(2);
      paged.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(all);
    expect(all.map((item) => item.id)).toEqual(
      all
        .map((item) => item.id)
        .sort()
        .reverse(),
    );
    expect(Object.keys(all[0] ?? {}).sort()).toEqual(
      ['created_at', 'expires_at', 'hint', 'id', 'name', 'revoked_at', 'scopes'].sort(),
    );
  });

  it('P23: are swept after their end, counted from expiry or revocation, whichever came first', async () => {
    const live = await make(us, ['scans:read']);
    const expiring = await make(us, ['scans:read'], new Date(house.clock.nowMs() + 2 * DAY_MS));
    const revoked = await make(us, ['scans:read'], new Date(house.clock.nowMs() + 2 * DAY_MS));
    await house.services.call(revokeApiKey, { id: revoked.id }, us);
    const left = async (): Promise<string[]> => {
      const limits = [{ workspace_id: us.tenant, ttl_seconds: 86_400 }];
      await house.services.call(custody.sweep, { category: 'credential', limits }, SYSTEM);
      const { items } = await house.services.call(listApiKeys, { limit: 100 }, us);
      return [live.id, expiring.id, revoked.id].filter((id) => items.some((item) => item.id === id));
    };
    expect(await left()).toEqual([live.id, expiring.id, revoked.id]);
    house.clock.advance(DAY_MS);
    expect(await left()).toEqual([live.id, expiring.id]);
    house.clock.advance(2 * DAY_MS);
    expect(await left()).toEqual([live.id]);
  });
});
