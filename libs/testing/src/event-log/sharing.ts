/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope, EventStrategy } from '@smartscan/platform/ports';
import { expectEachKeyInOrder, Inbox, until, type Guarantees, type Rig } from './rig.ts';

const KEYS = Array.from({ length: 40 }, (_, n) => `key-${n}`);

interface Recorder {
  readonly member: EventStrategy;
  readonly seen: Envelope[];
}

async function recorder(rig: Rig): Promise<Recorder> {
  const seen: Envelope[] = [];
  return { member: await rig.member((e) => void seen.push(e)), seen };
}

const close = async ({ member }: Recorder): Promise<void> => member.close() as Promise<void>;

/** Publishes rounds of all keys until a round is shared as wanted; answers the number of rounds. */
async function publishUntil(rig: Rig, what: string, isSo: () => boolean): Promise<number> {
  let rounds = 0;
  await until(what, async () => {
    await rig.publish(KEYS);
    rounds += 1;
    await sleep(20);
    return isSo();
  });
  return rounds;
}

export const sharing: Guarantees = {
  'a late joiner of a group gets its share, and each key goes to one member at a time': async (rig) => {
    const first = await recorder(rig);
    await rig.publish(KEYS);
    await until('the first member has all', () => first.seen.length === KEYS.length);
    const second = await recorder(rig);
    let rounds = 1;
    rounds += await publishUntil(rig, 'both members work', () => second.seen.length >= KEYS.length / 4);
    await until('all are there', () => first.seen.length + second.seen.length >= rounds * KEYS.length);
    const [before, joined] = [first.seen.length, second.seen.length];
    await rig.publish(KEYS);
    await until('the last round is there', () => first.seen.length + second.seen.length >= (rounds + 1) * KEYS.length);
    const keysOf = ({ seen }: Recorder, from: number) => new Set(seen.slice(from).map(({ key }) => key));
    const [mine, theirs] = [keysOf(first, before), keysOf(second, joined)];
    expect(mine.size + theirs.size).toBe(KEYS.length);
    expect(Math.min(mine.size, theirs.size)).toBeGreaterThan(0);
  },

  'the work of a member that closes is taken over, with nothing lost and nothing out of order': async (rig) => {
    const inbox = new Inbox();
    const effects: Envelope[] = [];
    const handle = async (e: Envelope): Promise<void> => {
      await sleep(1);
      if (inbox.isNew(e)) effects.push(e);
    };
    const first = await rig.member(handle);
    await rig.member(handle);
    await rig.publish(KEYS, 5);
    await until('a part is done', () => effects.length > KEYS.length);
    await (first.close() as Promise<void>);
    await rig.publish(KEYS, 5);
    await until('all are there', () => effects.length >= KEYS.length * 10);
    expectEachKeyInOrder(effects, new Map(KEYS.map((key) => [key, 10])));
  },

  'closing gives the work back at once: nobody waits for a lease to run out': async (rig) => {
    const first = await recorder(rig);
    await rig.publish(KEYS);
    await until('the first member has all', () => first.seen.length === KEYS.length);
    await close(first);
    const second = await recorder(rig);
    const startedAt = performance.now();
    await rig.publish(KEYS);
    await until('the second member has all', () => second.seen.length >= KEYS.length);
    expect(performance.now() - startedAt).toBeLessThan(rig.leaseMs);
    expect(second.seen).toHaveLength(KEYS.length);
  },

  'a handler may take longer than a lease: its event stays with it': async (rig) => {
    let [begun, ended] = [0, 0];
    const slow = async (): Promise<void> => {
      begun += 1;
      await sleep(rig.leaseMs * 2.5);
      ended += 1;
    };
    await rig.member(slow);
    await rig.member(slow);
    await rig.publish(['one key']);
    await until('the handler is through', () => ended > 0);
    await sleep(rig.leaseMs / 2);
    expect({ begun, ended }).toEqual({ begun: 1, ended: 1 });
  },

  'a member never works on two events of a key at a time, also where its group is rewound meanwhile': async (rig) => {
    let [running, most, done] = [0, 0, 0];
    await rig.member(async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(60);
      running -= 1;
      done += 1;
    });
    await rig.publish(['one key'], 6);
    await until('the first is done', () => done > 0);
    await rig.log.rewind(rig.group);
    await until('all have come, the first of them again', () => done >= 7);
    expect(most).toBe(1);
  },

  'a slow key holds up no other partition': async (rig) => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const seen: Envelope[] = [];
    await rig.member(async (e) => {
      if (e.key === 'slow') await held;
      seen.push(e);
    });
    await rig.publish(['slow']);
    await rig.publish(KEYS);
    await until('most others are done', () => seen.length >= KEYS.length / 2);
    expect(seen.some(({ key }) => key === 'slow')).toBe(false);
    release();
    await until('all are there', () => seen.length === KEYS.length + 1);
  },
};
