import { METHODS } from 'node:http';
import type { Operation } from '@smartscan/contracts/operation';
import { JSON_MAX_BYTES, limitMsOf, readerOf, sourcesOf } from '../app/surface.ts';
import { InputReader } from './input.ts';
import type { Track } from './exchange.ts';

/** All that is known of a public operation before a request comes. */
export interface Route {
  readonly operation: Operation;
  readonly track: Track;
  readonly reader: InputReader;
  readonly purpose: Operation['purpose'] | Exclude<Operation['phi'], 'no'>;
  readonly takesBody: boolean;
  readonly needsBody: boolean;
  readonly mediaTypes: readonly string[];
  readonly maxBytes: number;
  /** Media types that a caller may choose the answer's from, JSON first; none where there is no choice. */
  readonly offered: readonly string[];
  /** Where what was made can be read, given its id and what the request's own path names. */
  readonly locationOf: ((id: string, input: Readonly<Record<string, unknown>>) => string) | undefined;
}

const JSON_TYPES = ['application/json'] as const;
export const isJson = (type: string): boolean => type === JSON_TYPES[0];

export function routeOf(operation: Operation): Route {
  const { stream, phi, method } = operation;
  const reader = readerOf(operation);
  const representations = Object.keys(operation.representations);
  return {
    operation,
    track: trackOf(operation),
    reader: new InputReader(operation),
    purpose: phi === 'no' ? operation.purpose : phi,
    takesBody: stream !== undefined || ['POST', 'PUT', 'PATCH'].includes(method),
    needsBody: stream !== undefined || sourcesOf(operation).body.size > 0,
    mediaTypes: stream?.mediaTypes ?? JSON_TYPES,
    maxBytes: stream?.maxBytes ?? JSON_MAX_BYTES,
    offered: representations.length === 0 ? [] : [...JSON_TYPES, ...representations],
    locationOf: reader && ((id, input) => filled(reader.path, { ...input, id })),
  };
}

const filled = (path: string, members: Readonly<Record<string, unknown>>): string =>
  path.replace(/\{(\w+)\}/g, (_, member: string) => encodeURIComponent(String(members[member])));

const trackOf = (operation: Operation): Track => ({
  method: operation.method,
  route: operation.path,
  limitMs: limitMsOf(operation),
  lasting: operation.stream !== undefined || operation.events || operation.also[202] !== undefined,
  observers: new Map(),
});

/** `/v1/scans/{id}` as the router writes it. */
export const routerPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** Every method that Node's parser lets through and that a route can have. CONNECT never reaches one. */
export const ALL_METHODS: readonly string[] = METHODS.filter((method) => method !== 'CONNECT');
