import { SECOND_MS } from '@smartscan/kernel';
import { allOperations } from '@smartscan/contracts/all';
import { pathMembers, type Operation } from '@smartscan/contracts/operation';

/** What the platform shows to the outside, in the order in which it was defined. */
export const publicOperations = (): readonly Operation[] => allOperations().filter((operation) => operation.public);

/** Ours: no ordinary operation does work that takes longer than this. */
const CALL_LIMIT_MS = 30 * SECOND_MS;
/** Ours: two minutes of upload, and as long again for queueing and work, and a margin. */
const STREAM_LIMIT_MS = 300 * SECOND_MS;
/** Ours: results live in memory for 15 minutes at most, so there is nothing to follow afterwards. */
const EVENTS_LIMIT_MS = 900 * SECOND_MS;

/** How long a request may last altogether. */
export function limitMsOf(operation: Operation): number {
  if (operation.events) return EVENTS_LIMIT_MS;
  return operation.stream ? STREAM_LIMIT_MS : CALL_LIMIT_MS;
}

/** JSON bodies are small: the longest is a sign-up with every member at its limit, under 3 KiB. Ours. */
export const JSON_MAX_BYTES = 65_536;

export interface Sources {
  readonly path: ReadonlySet<string>;
  /** Member of the input → header. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: ReadonlySet<string>;
  readonly body: ReadonlySet<string>;
}

const WITH_JSON_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Where each member of an operation's input is found in a request. */
export function sourcesOf(operation: Operation): Sources {
  const path = new Set(pathMembers(operation.path));
  const headers = new Map(Object.entries(operation.headers));
  const rest = new Set(
    Object.keys(operation.input.shape).filter((member) => !path.has(member) && !headers.has(member)),
  );
  const inBody = WITH_JSON_BODY.has(operation.method) && !operation.stream;
  return { path, headers, query: inBody ? new Set() : rest, body: inBody ? rest : new Set() };
}

/** The public operation that reads what this one made: `GET <its path>/{id}`. */
export const readerOf = (operation: Operation): Operation | undefined =>
  publicOperations().find(
    (other) => other.owner === operation.owner && other.method === 'GET' && other.path === `${operation.path}/{id}`,
  );
