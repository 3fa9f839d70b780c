import { SECOND_MS } from '@smartscan/kernel';
import { boundedLook } from './bounded-look.ts';

/** Something outside that a process leans on. */
export interface Dependency {
  /** As `/health/ready` and `dependency_up` call it: `database`, `events`, `authorizer`. */
  readonly name: string;
  /**
   * Whether the process is of no use without it. What can be waited for isn't: events stay in the outbox while the
   * broker is away, and a process that answers requests meanwhile must not be taken out of rotation for that.
   */
  readonly required: boolean;
  /** A rejection is a no, and so is silence. */
  up(): Promise<boolean>;
}

export interface Readiness {
  /** All that are required are up. */
  readonly ok: boolean;
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

/** Ours: well within the second or more after which a probe gives up, and longer than any healthy answer takes. */
const ANSWER_WITHIN_MS = 0.8 * SECOND_MS;

/** The way to look at all of them at once, which takes 0.8 s at most and never throws. */
export function readinessOf(dependencies: readonly Dependency[]): () => Promise<Readiness> {
  const looks = dependencies.map(({ name, required, up }) => ({
    name,
    required,
    look: boundedLook(up, ANSWER_WITHIN_MS),
  }));
  return async () => {
    const seen = await Promise.all(
      looks.map(async ({ name, required, look }) => ({ name, required, isUp: (await look()) === true })),
    );
    return {
      ok: seen.every(({ required, isUp }) => isUp || !required),
      dependencies: Object.fromEntries(seen.map(({ name, isUp }) => [name, isUp ? 'up' : 'down'])),
    };
  };
}
