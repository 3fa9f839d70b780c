import { createApiKey, createWorkspace, revokeApiKey } from '@smartscan/contracts/identity';
import { SCOPES, type Scope } from '@smartscan/contracts/operation';
import { HOUR_MS } from '@smartscan/kernel';
import { keyMay, type Call } from '@smartscan/platform/ports';
import { buildHouse, callOf, eventually, type House } from '@smartscan/testing';
import { identity } from '../index.ts';

const SYSTEM = callOf({ tenant: '*', purpose: 'secure_service' });
const EVERY_SCOPE = Object.keys(SCOPES) as Scope[];

describe('what the authorizer is told', () => {
  let house: House;
  let us: Call;
  let owner: string;
  beforeAll(async () => {
    house = await buildHouse([identity]);
    us = await signUp('access@clinic.example');
    const { rows } = await house.admin.query<{ id: string }>(
      'SELECT id FROM identity.account WHERE workspace_id = $1',
      [us.tenant],
    );
    owner = `user:${rows[0]?.id}`;
  });
  afterAll(() => house.stop());

  /** A call with the first key of a new workspace. */
  async function signUp(email: string): Promise<Call> {
    const admin = { full_name: 'Admin', email, company: 'Clinic', country: 'US', password: 'a long password' };
    const input = { name: 'Clinic', region: 'us-east-1' as const, admin };
    const { workspace, api_key: key } = await house.services.call(createWorkspace, input, SYSTEM);
    return callOf({ tenant: workspace.id, actor: { kind: 'api_key', id: key.id }, purpose: 'administer_account' });
  }
  const make = (scopes: Scope[], expiresAt: Date | null = null) =>
    house.services.call(createApiKey, { name: 'Key', scopes, expires_at: expiresAt?.toISOString() ?? null }, us);
  const revoke = (id: string) => house.services.call(revokeApiKey, { id }, us);
  /** The scopes that a key may use. */
  const may = async (keyId: string): Promise<Scope[]> => {
    const asked = EVERY_SCOPE.map((scope) => house.platform.authorizer.check(keyMay(keyId, scope, us.tenant)));
    const answers = await Promise.all(asked);
    return EVERY_SCOPE.filter((_, at) => answers[at] === true);
  };
  const owns = () =>
    house.platform.authorizer.check({ subject: owner, relation: 'owner', object: `workspace:${us.tenant}` });
  /** As a process leaves it that dies right after a commit; then the events come. */
  const forgetAndDeliverAgain = async (): Promise<void> => {
    await house.admin.query('DELETE FROM authz.tuple');
    await house.admin.query("SELECT pg_notify('authorization', '')");
    await house.admin.query('DELETE FROM identity.inbox');
    await house.platform.eventLog.rewind('identity');
  };

  it('with the answer to a sign-up: who owns the workspace, and that the first key may do everything', async () => {
    expect(await owns()).toBe(true);
    expect(await may(us.actor.id)).toEqual(EVERY_SCOPE);
  });

  it('with the answer that holds a key: what it may do, and nothing else', async () => {
    const key = await make(['scans:read', 'keys:write']);
    expect((await may(key.id)).sort()).toEqual(['keys:write', 'scans:read']);
  });

  it('with the answer to its revocation: that a key may do nothing', async () => {
    const key = await make(['scans:read']);
    expect(await may(key.id)).toEqual(['scans:read']);
    await revoke(key.id);
    expect(await may(key.id)).toEqual([]);
  });

  it('by its own events where the process died in between: what the rows say then, not what the events said', async () => {
    const [kept, revoked, expired] = [
      await make(['scans:write']),
      await make(['scans:write']),
      await make(['scans:write'], new Date(house.clock.nowMs() + HOUR_MS)),
    ];
    await revoke(revoked.id);
    house.clock.advance(HOUR_MS);
    await forgetAndDeliverAgain();
    await eventually(async () => (await may(kept.id)).length > 0);
    expect(await owns()).toBe(true);
    // Delivered in order: with the last one all have been.
    const last = await make(['scans:read']);
    await eventually(async () => {
      const { rows } = await house.admin.query(
        `SELECT FROM identity.inbox JOIN bus.record USING (event_id) WHERE body LIKE '%' || $1 || '%'`,
        [last.id],
      );
      return rows.length > 0;
    });
    expect([await may(kept.id), await may(revoked.id), await may(expired.id)]).toEqual([['scans:write'], [], []]);
  });

  it('later, where it could not be told at once: the key is in the answer all the same, and works soon', async () => {
    await house.admin.query('ALTER TABLE authz.tuple RENAME TO away');
    const key = await make(['scans:read']);
    expect(key.secret).toMatch(/^ssp_live_us_/);
    expect(house.logged()).toContain('identity.access_told_late');
    expect(await may(key.id)).toEqual([]);
    await house.admin.query('ALTER TABLE authz.away RENAME TO tuple');
    await eventually(async () => (await may(key.id)).length > 0);
    expect(await may(key.id)).toEqual(['scans:read']);
  });

  it('ids and relations, nothing of a person', async () => {
    const { rows } = await house.admin.query<{ subject: string; object: string }>(
      'SELECT subject, object FROM authz.tuple',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { subject, object } of rows) {
      expect(subject).toMatch(/^(api_key:key|user:usr)_[0-9A-Z]{26}$/);
      expect(object).toMatch(/^workspace:wsp_[0-9A-Z]{26}$/);
    }
  });
});
