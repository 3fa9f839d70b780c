import type { Scope as KeyScope } from '@smartscan/contracts/operation';

/** One fact or one question: `api_key:key_…` stands in `scans_write` to `workspace:wsp_…`. */
export interface Relation {
  /** `<type>:<id>`, or `<type>:<id>#<relation>` for all who stand in that relation to it. */
  readonly subject: string;
  readonly relation: string;
  /** `<type>:<id>` */
  readonly object: string;
}

/** No fact is in both. */
export interface RelationChange {
  readonly add: readonly Relation[];
  readonly remove: readonly Relation[];
}

/** Who may do what, by one model (`model.fga`). Types, relations and what follows from what are written there alone. */
export interface Authorizer {
  /** What was decided some seconds ago at most, without asking; `undefined` where it must be asked. */
  known(question: Relation): boolean | undefined;
  /** `undefined` where nobody could say, and that is no yes either: only `true` allows. Never throws. */
  check(question: Relation): Promise<boolean | undefined>;
  /**
   * Resolves when the facts are as told, whatever they were before: adding what is there and removing what isn't change
   * nothing. Every process forgets what it had decided about the objects at once. Fault `unavailable` where it failed.
   */
  write(change: RelationChange): Promise<void>;
}

/** What a key with this scope stands in to its workspace: as a fact when it is granted, as a question when it is used. */
export const keyMay = (keyId: string, scope: KeyScope, workspaceId: string): Relation => ({
  subject: `api_key:${keyId}`,
  relation: relationOf(scope),
  object: `workspace:${workspaceId}`,
});

/** `scans:write` → `scans_write`: the model has one relation for each scope. */
export const relationOf = (scope: KeyScope): string => scope.replace(':', '_');
