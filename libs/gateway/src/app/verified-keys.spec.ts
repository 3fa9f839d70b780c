import { Fault, type Clock, type Region } from '@smartscan/kernel';
import type { Services } from '@smartscan/platform/ports';
import { VerifiedKeys } from './verified-keys.ts';

/** The other side of the port: identity, and the time. */
class Outside implements Clock {
  now = 1_000_000;
  asked: string[] = [];
  expires: string | null = null;
  wait: Promise<unknown> = Promise.resolve();
  refuses: Fault | undefined;

  nowMs(): number {
    return this.now;
  }

  readonly services: Services = {
    call: async (_operation, input) => {
      this.asked.push((input as unknown as { digest: string }).digest);
      await this.wait;
      if (this.refuses) throw this.refuses;
      const known = {
        key_id: 'key_1',
        workspace_id: 'wsp_1',
        scopes: ['scans:read'],
        expires_at: this.expires,
        plan: 'paid',
      };
      return known as never;
    },
    stream: () => Promise.reject(new Error('not asked for')),
  };
}

const place = { region: 'us-east-1' as Region, hosts: { 'us-east-1': 'us.example', 'eu-west-1': 'eu.example' } };
const setUp = (): { outside: Outside; keys: VerifiedKeys } => {
  const outside = new Outside();
  return { outside, keys: new VerifiedKeys(outside.services, outside, place) };
};

describe('what is known of keys', () => {
  it('is asked for once by however many requests come together, and remembered for five seconds', async () => {
    const { outside, keys } = setUp();
    expect(keys.known('a')).toBeUndefined();
    const found = await Promise.all([1, 2, 3].map(() => keys.lookUp('a', 'req_1')));
    expect([outside.asked, new Set(found).size]).toEqual([['a'], 1]);
    outside.now += 4_999;
    expect(keys.known('a')).toBe(found[0]);
    outside.now += 1;
    expect(keys.known('a')).toBeUndefined();
  });

  it('remembers a refusal for two seconds, and an outage not at all', async () => {
    const { outside, keys } = setUp();
    outside.refuses = new Fault('unauthenticated', 'identity.api_key_revoked', 'Revoked.');
    await expect(keys.lookUp('a', 'req_1')).rejects.toMatchObject({ code: 'key_invalid', status: 401 });
    expect(keys.known('a')).toMatchObject({ extras: { members: { reason: 'identity.api_key_revoked' } } });
    outside.now += 2_000;
    expect(keys.known('a')).toBeUndefined();
    outside.refuses = new Fault('unavailable', 'down', 'Down.');
    await expect(keys.lookUp('a', 'req_1')).rejects.toMatchObject({ code: 'down' });
    expect(keys.known('a')).toBeUndefined();
  });

  it('ends with the key’s own expiry', async () => {
    const { outside, keys } = setUp();
    outside.expires = new Date(outside.now + 1_000).toISOString();
    await keys.lookUp('a', 'req_1');
    outside.now += 1_000;
    expect(keys.known('a')).toMatchObject({ extras: { members: { reason: 'identity.api_key_expired' } } });
  });

  it('is forgotten when the key is revoked, also where the answer was on its way at that moment', async () => {
    const { outside, keys } = setUp();
    await keys.lookUp('a', 'req_1');
    keys.forget('key_1');
    expect(keys.known('a')).toBeUndefined();
    let arrive = (): void => undefined;
    outside.wait = new Promise<void>((resolve) => (arrive = resolve));
    const lookUp = keys.lookUp('b', 'req_1');
    keys.forget('key_1');
    arrive();
    await lookUp;
    expect(keys.known('b')).toBeUndefined();
  });

  it('is bounded: at most 64 questions at a time, and at most 10,000 answers', async () => {
    const { outside, keys } = setUp();
    let arrive = (): void => undefined;
    outside.wait = new Promise<void>((resolve) => (arrive = resolve));
    const running = Array.from({ length: 64 }, (_, at) => keys.lookUp(`key ${at}`, 'req_1'));
    await expect(keys.lookUp('one more', 'req_1')).rejects.toMatchObject({ code: 'overloaded', status: 503 });
    arrive();
    await Promise.all(running);
    for (let at = 0; at < 10_000; at += 1) await keys.lookUp(`other ${at}`, 'req_1');
    expect(keys.known('key 0')).toBeUndefined();
    expect(keys.known('other 9999')).toBeDefined();
  });
});
