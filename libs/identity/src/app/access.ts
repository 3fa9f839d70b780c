import { asFault, type Clock } from '@smartscan/kernel';
import { SCOPES, type Scope as KeyScope } from '@smartscan/contracts/operation';
import { keyMay, type Authorizer, type Log, type Scope, type Tx, type UnitOfWork } from '@smartscan/platform/ports';
import { stateOf } from '../domain/api-key.ts';
import { firstAccountOf } from './accounts.ts';
import { lockedApiKey } from './api-keys.ts';

const EVERY_SCOPE = Object.keys(SCOPES) as KeyScope[];

/**
 * Tells the authorizer what the rows say: who owns a workspace, and what a key may do. Told twice: at once after the
 * commit, so that an answer with a key in it is followed by a key that works, and again by the handlers of our own
 * events, which makes it certain where the process died in between. Each time by the rows as they are then, and all of
 * it, so that it does not matter which comes last.
 */
export class Access {
  constructor(
    private readonly work: UnitOfWork,
    private readonly authorizer: Authorizer,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * A key that is revoked, expired or gone may do nothing; which scopes it had does not matter. Its row is locked until
   * that is told: a revocation that comes meanwhile waits, and is told afterwards. The authorizer's own limit on a write
   * bounds the wait.
   */
  async tellKey(tx: Tx, workspaceId: string, keyId: string): Promise<void> {
    const key = await lockedApiKey(tx, workspaceId, keyId);
    const isLive = key !== undefined && stateOf(key, this.clock.nowMs()) === 'live';
    const isGranted = (scope: KeyScope): boolean => isLive && key.scopes.includes(scope);
    const factsOf = (scopes: readonly KeyScope[]) => scopes.map((scope) => keyMay(keyId, scope, workspaceId));
    await this.authorizer.write({
      add: factsOf(EVERY_SCOPE.filter(isGranted)),
      remove: factsOf(EVERY_SCOPE.filter((scope) => !isGranted(scope))),
    });
  }

  /** Who signed a workspace up owns it. */
  async tellOwner(tx: Tx, workspaceId: string): Promise<void> {
    const first = await firstAccountOf(tx, workspaceId);
    if (!first) return;
    const owns = { subject: `user:${first.id}`, relation: 'owner', object: `workspace:${workspaceId}` };
    await this.authorizer.write({ add: [owns], remove: [] });
  }

  /** Right after a commit. What fails here is logged, and is done by the event. */
  async tellAtOnce(scope: Scope, tell: (tx: Tx) => Promise<void>): Promise<void> {
    try {
      await this.work.run(scope, tell);
    } catch (error) {
      this.log.warn('identity.access_told_late', { code: asFault(error).code });
    }
  }
}
