/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import { keyMay, type Authorizer, type Relation } from '@smartscan/platform/ports';
import type { Case, Cast } from './cases.ts';

/** What an adapter hands to the suite. */
export interface AuthorizerUnderTest {
  /** One more authorizer on the same facts, with connections of its own, as another process has it. */
  open(): Promise<Authorizer>;
  /** Lets nobody reach the facts any more. */
  sever(): Promise<void>;
  mend(): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Ours: far less than a decision is kept (5 s), so that what ends within it was ended by the change; many times what a
 * notification takes (some milliseconds).
 */
export const AT_ONCE_MS = 1_000;
/** Ours: connections are made anew, with pauses of 2 s at most in between. */
export const RECOVERY_MS = 15_000;

/** Waits until something is so; a failure says what it was. */
export async function within(limitMs: number, what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within ${limitMs} ms: ${what}`);
    await sleep(2);
  }
}

let keys = 0;

/** Two authorizers on the same facts, as two processes have them. */
export class Rig {
  constructor(
    readonly under: AuthorizerUnderTest,
    readonly cast: Cast,
    readonly here: Authorizer,
    readonly elsewhere: Authorizer,
  ) {}

  add(...facts: Relation[]): Promise<void> {
    return this.here.write({ add: facts, remove: [] });
  }

  remove(...facts: Relation[]): Promise<void> {
    return this.here.write({ add: [], remove: facts });
  }

  /** A key with a scope that no other test knows. */
  newKey(): Relation {
    keys += 1;
    return keyMay(this.cast.named(`key${keys}`), 'scans:read', this.cast.named('clinic'));
  }

  async expectAnswers(cases: readonly Case[]): Promise<void> {
    const answered = await Promise.all(
      cases.map(async ([subject, relation, object]): Promise<Case> => {
        return [subject, relation, object, (await this.here.check({ subject, relation, object })) === true];
      }),
    );
    expect(answered).toEqual(cases);
  }

  /** That a change here turns both processes' answer, though both knew another. */
  async expectTurned(question: Relation, change: () => Promise<void>, to: boolean): Promise<void> {
    for (const one of [this.here, this.elsewhere]) {
      // Answered is not known: what is heard while it answers, such as that it hears at all, keeps an answer from being kept.
      await within(AT_ONCE_MS, 'both know the answer before', async () => {
        return (await one.check(question)) === !to && one.known(question) === !to;
      });
    }
    await change();
    expect(await this.here.check(question)).toBe(to);
    await within(AT_ONCE_MS, 'the other process forgets', () => this.elsewhere.known(question) !== !to);
    expect(await this.elsewhere.check(question)).toBe(to);
  }
}

export type Guarantees = Readonly<Record<string, (rig: Rig) => Promise<void>>>;
