/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@smartscan/kernel';
import type { Envelope } from '@smartscan/platform/ports';
import { expectEachKeyInOrder, idOf, numberOf, settle, until, type Guarantees } from './rig.ts';

const KEYS = Array.from({ length: 20 }, (_, n) => `key-${n}`);

export const delivery: Guarantees = {
  'every group gets every event that it has a handler for, once, and no other': async (rig) => {
    const [one, two]: [string[], string[]] = [[], []];
    const other = 'conformance.other_done.v1';
    await rig.member((e) => void one.push(idOf(e)));
    await rig.member((e) => void two.push(idOf(e)), { group: `${rig.group}_b`, types: [rig.type, other] });
    const events = KEYS.flatMap((key) => [rig.event(key), rig.event(key, { type: other })]);
    await rig.log.publish(events);
    await until('the second group has all', () => two.length >= events.length && one.length >= KEYS.length);
    await settle();
    const wanted = events.filter(({ type }) => type === rig.type).map(idOf);
    expect([...one].sort()).toEqual(wanted.sort());
    expect([...two].sort()).toEqual(events.map(idOf).sort());
  },

  'an event arrives with everything that it left with': async (rig) => {
    const seen: Envelope[] = [];
    await rig.member((e) => void seen.push(e));
    const odd = rig.event('key with "quotes", ünïcode, \\ and ?', {
      time: '2026-11-23T20:00:00.120Z',
      tenant: '*',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      actor: { kind: 'api_key', id: 'key_00000000000000000000000001' },
      body: '{"n":0, "text": "a \\"b\\" \\\\ ? $1 \\u0000 \\n ü"}',
    });
    await rig.log.publish([odd]);
    await until('the event is there', () => seen.length > 0);
    expect(seen).toEqual([odd]);
  },

  'a new group starts at the first event of the log': async (rig) => {
    const events = await rig.publish(KEYS, 2);
    const seen: string[] = [];
    await rig.member((e) => void seen.push(idOf(e)));
    await until('all are there', () => seen.length >= events.length);
    expect([...seen].sort()).toEqual(events.map(idOf).sort());
  },

  'events of a key keep their order, whoever else publishes': async (rig) => {
    const seen: Envelope[] = [];
    await rig.member(async (e) => {
      await sleep(Math.random() * 3);
      seen.push(e);
    });
    const rounds = 10;
    const publishers = KEYS.map(async (key) => {
      for (let round = 0; round < rounds; round += 1) await rig.log.publish([rig.event(key), rig.event(key)]);
    });
    await Promise.all(publishers);
    await until('all are there', () => seen.length >= KEYS.length * rounds * 2);
    expectEachKeyInOrder(seen, new Map(KEYS.map((key) => [key, rounds * 2])));
    expect(seen).toHaveLength(KEYS.length * rounds * 2);
  },

  'a restart takes up where the log was left: nothing lost, nothing that was done comes again': async (rig) => {
    const seen: Envelope[] = [];
    await rig.member(async (e) => {
      await sleep(2);
      seen.push(e);
    });
    await rig.publish(KEYS, 10);
    await until('a part is done', () => seen.length > 40);
    await rig.restart();
    const before = seen.length;
    expect(before).toBeLessThan(KEYS.length * 10);
    await rig.publish(KEYS, 1);
    await rig.member((e) => void seen.push(e));
    await until('all are there', () => seen.length >= KEYS.length * 11);
    await settle();
    expectEachKeyInOrder(seen, new Map(KEYS.map((key) => [key, 11])));
    expect(seen).toHaveLength(KEYS.length * 11);
  },

  'closing waits for the handler that runs, keeps what it did, and hands nothing more out': async (rig) => {
    const begun: number[] = [];
    const ended: number[] = [];
    const member = await rig.member(async (e) => {
      begun.push(numberOf(e));
      // Long enough that the group is looked after meanwhile.
      await sleep(rig.leaseMs);
      ended.push(numberOf(e));
    });
    await rig.publish(['one key'], 5);
    await until('a handler runs', () => begun.length > 0);
    await (member.close() as Promise<void>);
    expect({ begun, ended }).toEqual({ begun: [0], ended: [0] });
    await rig.member((e) => void ended.push(numberOf(e)));
    await until('the rest is done', () => ended.length >= 5);
    await settle();
    expect({ begun, ended }).toEqual({ begun: [0], ended: [0, 1, 2, 3, 4] });
  },

  'a handler that fails is tried again before anything newer of its key': async (rig) => {
    const tries: number[] = [];
    let failures = 2;
    await rig.member((e) => {
      const n = (JSON.parse(e.body) as { n: number }).n;
      tries.push(n);
      if (n === 1 && failures > 0) {
        failures -= 1;
        throw new Fault('unavailable', 'conformance.not_yet', 'Not yet.');
      }
    });
    await rig.publish(['one key'], 3);
    await until('all are there', () => tries.includes(2));
    expect(tries).toEqual([0, 1, 1, 1, 2]);
    expect(await rig.log.parked(rig.group)).toEqual([]);
  },

  'publishing nothing is no error': async (rig) => {
    await expect(rig.log.publish([])).resolves.toBeUndefined();
  },
};
