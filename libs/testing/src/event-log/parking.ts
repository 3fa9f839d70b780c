/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@smartscan/kernel';
import type { Envelope } from '@smartscan/platform/ports';
import { expectEachKeyInOrder, Inbox, numberOf, settle, until, type Guarantees, type Rig } from './rig.ts';

/** Enough keys that every partition holds several: what happens to one key must leave its neighbours alone. */
const OTHERS = Array.from({ length: 20 }, (_, n) => `sound-${n}`);
const SICK = 'sick';
const SECRET = 'the words of an error';

/** A member that can't handle the sick key's events until it is cured. */
async function sickMember(rig: Rig, fault: () => Error) {
  const seen: Envelope[] = [];
  const state = { cured: false, tries: 0 };
  await rig.member((e) => {
    if (e.key === SICK && !state.cured) {
      state.tries += 1;
      throw fault();
    }
    seen.push(e);
  });
  return { seen, state, of: (key: string) => seen.filter((e) => e.key === key).map(numberOf) };
}

const invalid = (): Error => new Fault('invalid', 'conformance.bad', SECRET);
const allOthers = (count: number): ReadonlyMap<string, number> => new Map(OTHERS.map((key) => [key, count]));

export const parking: Guarantees = {
  'what can never be handled is parked at once': async (rig) => {
    const { state } = await sickMember(rig, invalid);
    const [event] = await rig.publish([SICK]);
    await until('it is parked', async () => (await rig.log.parked(rig.group)).length === 1);
    expect(state.tries).toBe(1);
    const [parked] = await rig.log.parked(rig.group);
    expect(parked).toMatchObject({ group: rig.group, envelope: event, code: 'conformance.bad', attempts: 1 });
    expect(Date.parse(parked?.parkedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  },

  'what fails again and again is parked, and nothing but the code of its failure is kept': async (rig) => {
    const { state } = await sickMember(rig, () => new Error(SECRET));
    await rig.publish([SICK]);
    await until('it is parked', async () => (await rig.log.parked(rig.group)).length === 1);
    const [parked] = await rig.log.parked(rig.group);
    expect(state.tries).toBeGreaterThan(1);
    expect(parked).toMatchObject({ code: 'internal', attempts: state.tries });
    expect(JSON.stringify(parked)).not.toContain(SECRET);
  },

  'later events of a parked key are parked behind it, all other keys go on': async (rig) => {
    const { seen, of } = await sickMember(rig, invalid);
    await rig.publish([SICK, ...OTHERS], 5);
    await until('the others are done', () => seen.length >= OTHERS.length * 5);
    await until('all five are parked', async () => (await rig.parkedNumbers(SICK)).length === 5);
    expectEachKeyInOrder(seen, allOthers(5));
    expect(of(SICK)).toEqual([]);
    const codes = (await rig.log.parked(rig.group)).map(({ code }) => code);
    expect(codes).toEqual(['conformance.bad', ...Array<string>(4).fill('platform.behind_parked')]);
  },

  'a parked key stays parked over a restart': async (rig) => {
    await sickMember(rig, invalid);
    await rig.publish([SICK]);
    await until('it is parked', async () => (await rig.parkedNumbers(SICK)).length === 1);
    await rig.restart();
    const healthy: Envelope[] = [];
    await rig.member((e) => void healthy.push(e));
    await rig.publish([SICK, ...OTHERS]);
    await until('both are parked', async () => (await rig.parkedNumbers(SICK)).length === 2);
    await until('the others are done', () => healthy.length >= OTHERS.length);
    expectEachKeyInOrder(healthy, allOthers(1));
    expect(healthy.every(({ key }) => key !== SICK)).toBe(true);
  },

  'one group parks, the others do not notice': async (rig) => {
    await sickMember(rig, invalid);
    const seen: number[] = [];
    await rig.member((e) => void seen.push(numberOf(e)), { group: `${rig.group}_b` });
    await rig.publish([SICK], 3);
    await until(
      'both groups are through',
      async () => seen.length === 3 && (await rig.parkedNumbers(SICK)).length === 3,
    );
    expect(await rig.log.parked(`${rig.group}_b`)).toEqual([]);
  },

  'a replay delivers what is parked in order, and the key is well again': async (rig) => {
    const { state, of } = await sickMember(rig, invalid);
    await rig.publish([SICK], 5);
    await until('all five are parked', async () => (await rig.parkedNumbers(SICK)).length === 5);
    state.cured = true;
    expect(await rig.log.replayParked(rig.group)).toBe(5);
    expect(of(SICK)).toEqual([0, 1, 2, 3, 4]);
    expect(await rig.log.parked(rig.group)).toEqual([]);
    await rig.publish([SICK]);
    await until('the next one is delivered', () => of(SICK).length === 6);
  },

  'a replay that fails again keeps the order and says how many it handled': async (rig) => {
    const seen: number[] = [];
    let sickAt = 1;
    await rig.member((e) => {
      if (numberOf(e) >= sickAt) throw invalid();
      seen.push(numberOf(e));
    });
    await rig.publish([SICK], 5);
    await until('four are parked', async () => (await rig.parkedNumbers(SICK)).length === 4);
    sickAt = 3;
    expect(await rig.log.replayParked(rig.group)).toBe(2);
    expect(await rig.parkedNumbers(SICK)).toEqual([3, 4]);
    sickAt = 99;
    await rig.publish([SICK]);
    await until('the new one is behind them', async () => (await rig.parkedNumbers(SICK)).length === 3);
    expect(await rig.log.replayParked(rig.group)).toBe(3);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  },

  'a replay with nothing parked delivers nothing': async (rig) => {
    await rig.member(() => undefined);
    expect(await rig.log.replayParked(rig.group)).toBe(0);
  },

  'one replay in the middle of live traffic makes a key well: nothing is lost, its order holds': async (rig) => {
    const { seen, state, of } = await sickMember(rig, invalid);
    let publishing = true;
    let rounds = 0;
    const traffic = (async () => {
      for (; publishing; rounds += 1) {
        await rig.publish([SICK, ...OTHERS]);
        await sleep(2);
      }
    })();
    await until('some are parked', async () => (await rig.parkedNumbers(SICK)).length > 10);
    state.cured = true;
    const replayed = await rig.log.replayParked(rig.group);
    expect(replayed).toBeGreaterThan(10);
    await sleep(100);
    publishing = false;
    await traffic;
    await until('all are through', () => seen.length >= rounds * (OTHERS.length + 1));
    expect(of(SICK)).toEqual(Array.from({ length: rounds }, (_, n) => n));
    expectEachKeyInOrder(seen, allOthers(rounds));
    expect(await rig.log.parked(rig.group)).toEqual([]);
  },

  'a rewound group reads everything again, in order, and its inbox lets nothing happen twice': async (rig) => {
    const inbox = new Inbox();
    const deliveries: Envelope[] = [];
    const effects: Envelope[] = [];
    await rig.member((e) => {
      deliveries.push(e);
      if (inbox.isNew(e)) effects.push(e);
    });
    await rig.publish(OTHERS, 5);
    await until('all are there', () => deliveries.length === OTHERS.length * 5);
    await rig.log.rewind(rig.group);
    await until('all have come again', () => deliveries.length >= OTHERS.length * 10);
    await rig.publish(OTHERS, 1);
    await until('the new ones are there', () => effects.length >= OTHERS.length * 6);
    await settle();
    expectEachKeyInOrder(effects, allOthers(6));
    expect(effects).toHaveLength(OTHERS.length * 6);
    expectEachKeyInOrder(deliveries.slice(OTHERS.length * 5, OTHERS.length * 10), allOthers(5));
  },

  'rewinding leaves what is parked where it is': async (rig) => {
    const { seen, state, of } = await sickMember(rig, invalid);
    state.cured = true;
    await rig.publish([SICK, ...OTHERS]);
    await until('all are there', () => seen.length === OTHERS.length + 1);
    state.cured = false;
    await rig.publish([SICK], 2);
    await until('two are parked', async () => (await rig.parkedNumbers(SICK)).length === 2);
    state.cured = true;
    await rig.log.rewind(rig.group);
    await until('all have come again', () => seen.length >= (OTHERS.length + 1) * 2);
    await settle();
    expect(await rig.parkedNumbers(SICK)).toEqual([1, 2]);
    expect(of(SICK)).toEqual([0, 0]);
    expect(await rig.log.replayParked(rig.group)).toBe(2);
    expect(of(SICK)).toEqual([0, 0, 1, 2]);
  },
};
