import { asFault, Fault, SECOND_MS } from '@smartscan/kernel';
import type { Authorizer, Relation, RelationChange } from '../ports/authorizer.ts';
import type { Log } from '../ports/log.ts';
import { Decisions } from './decisions.ts';
import type { FactChanges } from './fact-changes.ts';
import { refuseInadmissible, refuseUnknown, type Model } from './model.ts';

/** Where facts are kept and questions answered. Both throw where they can't. */
export interface Facts {
  check(question: Relation): Promise<boolean>;
  /** Resolves when the facts are as told and every process has been told to look again (`FactChanges.tell`). */
  write(change: RelationChange): Promise<void>;
}

/** What an adapter throws where it can't be reached, whatever the reason was. */
export const authorizationDown = (): Fault =>
  new Fault('unavailable', 'platform.authorization_down', 'Nobody can say just now who may do what.', {
    retryAfterSeconds: 1,
  });

/**
 * Ours. A change ends what was decided before it at once; so long it lasts only where a change was never told, since
 * the process that made it died in between, or a network dropped the connection on which it would have been heard
 * without a word. As long as the gateway knows a key.
 */
const KEPT_MS = 5 * SECOND_MS;
/** Ours: an answer takes some milliseconds. Who waits is a request, and it is better told to come again. */
const CHECK_LIMIT_MS = 2 * SECOND_MS;
/** Ours: a write takes some milliseconds; whoever makes it holds a row of the database meanwhile. */
const WRITE_LIMIT_MS = 5 * SECOND_MS;
/** Ours: at two milliseconds each, 100,000 a second. More than that wait for something that does not come. */
const ASKING_MAX = 256;

export interface CachedAuthorizerOptions {
  readonly facts: Facts;
  readonly model: Model;
  readonly changes: FactChanges;
  readonly log: Log;
  readonly keptMs?: number;
}

/**
 * Remembers decisions for a moment, in whichever place they were made. An error is nobody's yes: it denies, is logged,
 * and is not remembered.
 */
export class CachedAuthorizer implements Authorizer {
  readonly #options: CachedAuthorizerOptions;
  readonly #decisions: Decisions;
  readonly #keptMs: number;
  /** Questions that are being asked, so that each is asked once by however many at a time. */
  readonly #asking = new Map<string, Promise<boolean | undefined>>();
  /** Counts changes: an answer that was asked for before one is not kept, and nobody joins in its question. */
  #changes = 0;

  constructor(options: CachedAuthorizerOptions) {
    this.#options = options;
    this.#decisions = new Decisions(options.model);
    this.#keptMs = options.keptMs ?? KEPT_MS;
    options.changes.subscribe((objects) => this.#forget(objects));
  }

  known(question: Relation): boolean | undefined {
    return this.#options.changes.areHeard ? this.#decisions.find(question, performance.now()) : undefined;
  }

  async check(question: Relation): Promise<boolean | undefined> {
    const known = this.known(question);
    if (known !== undefined) return known;
    const key = keyOf(question);
    const running = this.#asking.get(key);
    if (running) return running;
    const asking = this.#ask(question).finally(() => {
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
    });
    this.#asking.set(key, asking);
    return asking;
  }

  async write(change: RelationChange): Promise<void> {
    const { add, remove } = this.#refuseNonsense(change);
    const objects = [...new Set([...add, ...remove].map((fact) => fact.object))];
    if (objects.length === 0) return;
    try {
      await within(WRITE_LIMIT_MS, this.#options.facts.write({ add, remove }));
    } finally {
      // Also after a failure: nobody knows how far it came.
      this.#forget(objects);
    }
  }

  async #ask(question: Relation): Promise<boolean | undefined> {
    const changes = this.#changes;
    try {
      if (this.#asking.size >= ASKING_MAX) throw tooMany();
      refuseUnknown(this.#options.model, question);
      const allowed = await within(CHECK_LIMIT_MS, this.#options.facts.check(question));
      if (changes === this.#changes)
        this.#decisions.keep(question, { allowed, untilMs: performance.now() + this.#keptMs });
      return allowed;
    } catch (error) {
      this.#options.log.warn('authorization.unavailable', { code: asFault(error).code });
      return undefined;
    }
  }

  #forget(objects: readonly string[]): void {
    this.#changes += 1;
    this.#asking.clear();
    this.#decisions.forget(objects);
  }

  /** Each fact once. A fact that is both added and removed, or that the model has no room for, is our own mistake. */
  #refuseNonsense({ add, remove }: RelationChange): RelationChange {
    const [adding, removing] = [add, remove].map((facts) => new Map(facts.map((fact) => [keyOf(fact), fact])));
    const facts = { add: [...(adding?.values() ?? [])], remove: [...(removing?.values() ?? [])] };
    for (const fact of [...facts.add, ...facts.remove]) refuseInadmissible(this.#options.model, fact);
    if (facts.add.some((fact) => removing?.has(keyOf(fact))))
      throw new Fault('internal', 'platform.authorization_contradiction', 'A fact was to be both added and removed.');
    return facts;
  }
}

/** Parts of a relation hold no spaces. */
const keyOf = ({ subject, relation, object }: Relation): string => `${subject} ${relation} ${object}`;

const tooMany = (): Fault =>
  new Fault('unavailable', 'platform.authorization_overloaded', 'Too many questions of permission are open.', {
    retryAfterSeconds: 1,
  });

/** Fault `platform.authorization_timeout` where it takes longer. What was begun goes on, and nobody waits for it. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new Fault('unavailable', 'platform.authorization_timeout', 'Permission could not be decided in time.', {
          retryAfterSeconds: 1,
        }),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
