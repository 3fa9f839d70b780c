import { SpanKind } from '@opentelemetry/api';
import type { LogFields } from '../ports/log.ts';

/**
 * Every span there is, and all that may stand on it; the words are the log's. None is a path, a query, a header, an
 * address, a statement, a message or a value that came in, so a trace can leave the region's services for a collector
 * without PHI (P11, P13).
 *
 * `code` is that of the Fault with which the span ended; never its message, never a stack.
 */
export const SPANS = {
  /** The gateway's. `route` is the contract's template. */
  'http.request': { kind: SpanKind.SERVER, fields: ['method', 'route', 'request_id', 'status', 'code'] },
  /** An operation as who asks for it sees it. */
  'service.call': { kind: SpanKind.CLIENT, fields: ['operation', 'code'] },
  /** The same as its owner sees it. */
  'operation.serve': { kind: SpanKind.SERVER, fields: ['operation', 'code'] },
  unit_of_work: { kind: SpanKind.INTERNAL, fields: ['context', 'committed', 'code'] },
  /** A batch from a context's outbox to the log. It belongs to the trace of its first event and links to the others'. */
  'outbox.publish': { kind: SpanKind.PRODUCER, fields: ['context', 'events', 'code'] },
  /** One try. `outcome`: handled, duplicate or failed. */
  'event.deliver': { kind: SpanKind.CONSUMER, fields: ['event_type', 'group', 'outcome', 'code'] },
} as const satisfies Readonly<Record<string, { readonly kind: SpanKind; readonly fields: readonly string[] }>>;

export type SpanName = keyof typeof SPANS;
export type FieldsOf<N extends SpanName> = {
  readonly [K in (typeof SPANS)[N]['fields'][number]]?: LogFields[string];
};

/** Ids, enums, templates, codes. A sentence, an e-mail address or a list is none of these. Ours: 100 characters. */
const WORD = /^[\w.:/{}*+-]{1,100}$/;

/** What of the given fields may stand on the span: the type says the same, but a cast or a plain object gets by it. */
export function attributesOf(name: SpanName, given: LogFields): Record<string, string | number | boolean> {
  const kept: Record<string, string | number | boolean> = {};
  for (const field of SPANS[name].fields) {
    const value = given[field];
    if (value === undefined || (typeof value === 'string' && !WORD.test(value))) continue;
    kept[field] = value;
  }
  return kept;
}
