import { z } from 'zod';
import { Fault, ID_KINDS, idPattern, type IdKind, type ProcessingPurpose } from '@smartscan/kernel';
import type { Owner } from './owners.ts';

const ANY_ID = new RegExp(`^(${Object.values(ID_KINDS).join('|')})_[0-9A-HJKMNP-TV-Z]{26}$`);
const NAME = /^[a-z][a-z0-9._-]{0,63}$/;

/**
 * Fields an event may have: ids, counts, enums, instants. There is no free text among them, so no event can carry
 * protected health information (P11, P13); `defineEvent` refuses any other schema.
 */
export const field = {
  id: <K extends IdKind>(kind: K) => z.string().regex(idPattern(kind)),
  anyId: () => z.string().regex(ANY_ID),
  count: () => z.int().nonnegative(),
  seconds: () => z.int().nonnegative(),
  flag: () => z.boolean(),
  instant: () => z.iso.datetime(),
  oneOf: <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values),
  /** A machine name such as a problem code or a table: lower case, digits, dots, underscores, hyphens. */
  name: () => z.string().regex(NAME),
};

/** Why the audit keeps an event: an administrative act, an access to PHI, or something security-relevant. */
export type AuditClass = 'admin' | 'phi' | 'security';

export interface EventContract<S extends z.ZodObject = z.ZodObject> {
  readonly owner: Owner;
  /** `retention.policy_changed.v1` */
  readonly type: string;
  /** Every event of one owner travels on one topic, so order by key holds across its event types. */
  readonly topic: string;
  readonly body: S;
  /** Events with the same key arrive in the order in which they were told. */
  readonly keyOf: (body: z.infer<S>) => string;
  readonly purpose: ProcessingPurpose;
  readonly audit: AuditClass | 'none';
}

export interface EventSpec<S extends z.ZodObject> {
  readonly owner: Owner;
  readonly name: string;
  readonly version: number;
  readonly body: S;
  readonly key: (body: z.infer<S>) => string;
  readonly purpose: ProcessingPurpose;
  readonly audit: AuditClass | 'none';
}

const registry = new Map<string, EventContract>();

export const topicOf = (owner: Owner): string => `smartscan.${owner}`;

/** A fact in the past tense, owned by one context. Throws where a field could carry free text. */
export function defineEvent<S extends z.ZodObject>(spec: EventSpec<S>): EventContract<S> {
  const { owner, name, version, body, key, purpose, audit } = spec;
  const type = `${owner}.${name}.v${version}`;
  for (const [fieldName, schema] of Object.entries(body.shape)) refuseFreeText(type, fieldName, schema as z.ZodType);
  if (registry.has(type)) throw new Fault('internal', 'contracts.duplicate_event', `${type} is defined twice.`);
  const contract: EventContract<S> = {
    owner,
    type,
    topic: topicOf(owner),
    body: body.strict() as unknown as S,
    keyOf: key,
    purpose,
    audit,
  };
  registry.set(type, contract as unknown as EventContract);
  return contract;
}

export const allEvents = (): readonly EventContract[] => [...registry.values()];

/** Patterns of ids and machine names. Any other could let text through: an email address or a birthday has one too. */
const CLOSED_PATTERNS: ReadonlySet<string> = new Set(
  [ANY_ID, NAME, ...(Object.keys(ID_KINDS) as IdKind[]).map(idPattern)].map((pattern) => pattern.source),
);

function refuseFreeText(type: string, name: string, schema: z.ZodType): void {
  const json = z.toJSONSchema(schema) as {
    type?: string;
    enum?: unknown;
    const?: unknown;
    pattern?: string;
    format?: string;
  };
  const closed =
    json.enum !== undefined ||
    json.const !== undefined ||
    CLOSED_PATTERNS.has(json.pattern ?? '') ||
    json.format === 'date-time';
  const safe = json.type === 'integer' || json.type === 'boolean' || (json.type === 'string' && closed);
  if (!safe) throw new Fault('internal', 'contracts.free_text_in_event', `${type}.${name} could carry free text.`);
}
