/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Fault } from '@smartscan/kernel';
import type { Envelope, EventStrategy } from '@smartscan/platform/ports';
import { expectEachKeyInOrder, Inbox, settle, until, type Guarantees, type Rig } from './rig.ts';

const KEYS = Array.from({ length: 12 }, (_, n) => `key-${n}`);

/** Ours: of 12 keys and some 200 events, a few keys fall sick in each run. */
const SICK_SHARE = 0.03;
const FAILING_SHARE = 0.1;
const MEMBERS_MAX = 3;
const RUNS = 8;

type Step = 'publish' | 'join' | 'leave' | 'restart' | 'rewind' | 'replay' | 'wait';

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Step>('publish') },
    { weight: 2, arbitrary: fc.constant<Step>('join') },
    { weight: 2, arbitrary: fc.constant<Step>('leave') },
    { weight: 1, arbitrary: fc.constant<Step>('restart') },
    { weight: 1, arbitrary: fc.constant<Step>('rewind') },
    { weight: 1, arbitrary: fc.constant<Step>('replay') },
    { weight: 3, arbitrary: fc.constant<Step>('wait') },
  ),
  { minLength: 10, maxLength: 40 },
);

/** A group under a life of its own: members come and go, handlers fail in passing or for good. */
class Life {
  readonly effects: Envelope[] = [];
  rounds = 0;
  #isCured = false;
  readonly #rig: Rig;
  readonly #isSick = new Map<string, boolean>();
  readonly #inbox = new Inbox();
  #members: EventStrategy[] = [];

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  readonly #deeds: Readonly<Record<Step, () => Promise<unknown> | undefined>> = {
    publish: () => {
      this.rounds += 1;
      return this.#rig.publish(KEYS);
    },
    join: () => (this.#members.length < MEMBERS_MAX ? this.#join() : undefined),
    leave: () => this.#members.shift()?.close() as Promise<void> | undefined,
    restart: () => {
      this.#members = [];
      return this.#rig.restart();
    },
    rewind: () => this.#rig.log.rewind(this.#rig.group),
    replay: () => (this.#members.length > 0 ? this.#rig.log.replayParked(this.#rig.group) : undefined),
    wait: () => sleep(20),
  };

  async take(step: Step): Promise<void> {
    await this.#deeds[step]();
  }

  /** Handlers are well again, and what is parked goes through. */
  async finish(): Promise<void> {
    this.#isCured = true;
    await this.#join();
    await until('every event has had its effect', async () => {
      await this.#rig.log.replayParked(this.#rig.group);
      return this.effects.length >= this.rounds * KEYS.length;
    });
    await settle();
    for (const member of this.#members) await (member.close() as Promise<void>);
  }

  async #join(): Promise<void> {
    this.#members.push(await this.#rig.member((e) => this.#handle(e)));
  }

  async #handle(envelope: Envelope): Promise<void> {
    await sleep(Math.random() * 2);
    if (!this.#isCured) {
      const isSick = this.#isSick.get(envelope.id) ?? Math.random() < SICK_SHARE;
      this.#isSick.set(envelope.id, isSick);
      if (isSick) throw new Fault('invalid', 'conformance.sick', 'Sick.');
      if (Math.random() < FAILING_SHARE) throw new Fault('unavailable', 'conformance.passing', 'In passing.');
    }
    if (this.#inbox.isNew(envelope)) this.effects.push(envelope);
  }
}

async function live(rig: Rig, plan: readonly Step[]): Promise<void> {
  const life = new Life(rig);
  for (const step of plan) await life.take(step);
  await life.finish();
  expectEachKeyInOrder(life.effects, new Map(KEYS.map((key) => [key, life.rounds])));
  expect(life.effects).toHaveLength(KEYS.length * life.rounds);
}

export const chance: Guarantees = {
  'whatever happens, every event has its effect once and each key its order': async (rig) => {
    let current = rig;
    await fc.assert(
      fc.asyncProperty(steps, (plan) => {
        current = current.fresh();
        return live(current, plan);
      }),
      // When things happen is chance too: a smaller plan may well pass, so none is looked for.
      { numRuns: RUNS, endOnFailure: true },
    );
  },
};
