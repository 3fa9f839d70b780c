import { z } from 'zod';
import { allEvents, allOperations } from './all.ts';
import type { EventContract } from './event.ts';
import type { Operation } from './operation.ts';
import type { Owner } from './owners.ts';

type Json = Readonly<Record<string, unknown>>;

/** What an owner has published: the shape of every event by type, and of every public operation by id. */
export interface Lock {
  readonly events: Readonly<Record<string, Json>>;
  readonly operations: Readonly<Record<string, Json>>;
}

/**
 * JSON Schema without prose, since a better sentence in the documentation is no change of the contract, and without the
 * patterns that zod writes beside a format, since a newer zod may write them otherwise.
 */
function shapeOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      delete jsonSchema.title;
      delete jsonSchema.description;
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return shape;
}

const lockOfEvent = ({ topic, body }: EventContract): Json => ({ topic, body: shapeOf(body, 'output') });

/**
 * What a client can come to depend on. Titles and problem codes are left out: a client must meet a code that it does not
 * know by its status anyway (RFC 9457, section 3.1.1).
 */
function lockOfOperation(operation: Operation): Json {
  const { method, path, headers, scope, status, events, idempotencyKey, stream } = operation;
  const also = Object.entries(operation.also).map(([code, schema]) => [code, shapeOf(schema, 'output')]);
  const forms = Object.entries(operation.representations).map(([type, { schema }]) => [
    type,
    shapeOf(schema, 'output'),
  ]);
  return {
    method,
    path,
    headers,
    scope,
    idempotencyKey,
    stream: stream ? { mediaTypes: stream.mediaTypes, maxBytes: stream.maxBytes } : null,
    input: shapeOf(operation.input, 'input'),
    status,
    events,
    output: shapeOf(operation.output, 'output'),
    also: Object.fromEntries(also),
    // Where there are none nothing is said, as before there could be any.
    ...(forms.length === 0 ? {} : { representations: Object.fromEntries(forms) }),
  };
}

const byName = <T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> =>
  Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));

/** The lock as it would be written for an owner now, in an order that does not hang on where things are defined. */
export function lockOf(owner: Owner): Lock {
  const events = allEvents().filter((event) => event.owner === owner);
  const operations = allOperations().filter((operation) => operation.public && operation.owner === owner);
  return {
    events: byName(events.map((event) => [event.type, lockOfEvent(event)])),
    operations: byName(operations.map((operation) => [operation.id, lockOfOperation(operation)])),
  };
}

export interface LockChanges {
  /** Published, and not locked yet. */
  readonly added: readonly string[];
  /** Locked, and published in another shape. */
  readonly changed: readonly string[];
  /** Locked, and not published any more. */
  readonly removed: readonly string[];
}

/** How what is published differs from what is locked, by type of event and id of operation. */
export function compareLocks(published: Lock, locked: Lock): LockChanges {
  const now: Readonly<Record<string, Json>> = { ...published.events, ...published.operations };
  const then: Readonly<Record<string, Json>> = { ...locked.events, ...locked.operations };
  return {
    added: Object.keys(now).filter((name) => !(name in then)),
    changed: Object.keys(now).filter((name) => name in then && !same(now[name], then[name])),
    removed: Object.keys(then).filter((name) => !(name in now)),
  };
}

/** The lock with what is new in it. What was locked stays as it was, whatever is published now. */
export const extendLock = (locked: Lock, published: Lock): Lock => ({
  events: byName(Object.entries({ ...published.events, ...locked.events })),
  operations: byName(Object.entries({ ...published.operations, ...locked.operations })),
});

/** Equal as JSON, whatever the order of members. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => name in other && same((one as Json)[name], (other as Json)[name]))
  );
}
