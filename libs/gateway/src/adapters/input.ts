import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { Operation } from '@smartscan/contracts/operation';
import type { InputError, InputErrorCode } from '../domain/problem-document.ts';
import { sourcesOf, type Sources } from '../app/surface.ts';

export interface RequestParts {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Each header's values, as often as it was sent. Asked for only where the operation takes headers. */
  readonly headers: () => Readonly<Record<string, readonly string[] | undefined>>;
  /** The JSON body; `undefined` where there is none. */
  readonly body: unknown;
}

export type ReadInput =
  | { readonly ok: true; readonly input: Record<string, unknown> }
  | { readonly ok: false; readonly errors: readonly InputError[] };

/** Errors of one request that are named at most: enough to correct it, too few to be used against us. Ours. */
const ERRORS_MAX = 20;

/** Gathers an operation's input from where its contract says, and checks it against the contract. */
export class InputReader {
  private readonly sources: Sources;
  /** Every member that the contract knows at any depth: only these names are ever repeated to a caller. */
  private readonly known: ReadonlySet<string>;

  constructor(private readonly operation: Operation) {
    this.sources = sourcesOf(operation);
    this.known = memberNames(z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }));
  }

  /** The input as it goes to the owner: as it was sent, known to fit. */
  read(parts: RequestParts): ReadInput {
    const input: Record<string, unknown> = {};
    const errors: InputError[] = [];
    for (const member of this.sources.path) input[member] = parts.path[member];
    this.readQuery(parts.query, input, errors);
    if (this.sources.headers.size > 0) this.readHeaders(parts.headers(), input, errors);
    this.readBody(parts.body, input, errors);
    if (errors.length > 0) return { ok: false, errors };
    const parsed = this.operation.input.safeParse(input);
    if (parsed.success) return { ok: true, input };
    return { ok: false, errors: parsed.error.issues.slice(0, ERRORS_MAX).map((issue) => this.explain(issue, input)) };
  }

  private readQuery(query: RequestParts['query'], input: Record<string, unknown>, errors: InputError[]): void {
    for (const name in query) {
      if (this.sources.query.has(name)) {
        if (Array.isArray(query[name])) errors.push({ parameter: name, code: 'repeated' });
        input[name] = query[name];
      } else {
        errors.push({ code: 'unknown_parameter', expected: [...this.sources.query] });
        return;
      }
    }
  }

  private readHeaders(
    headers: ReturnType<RequestParts['headers']>,
    input: Record<string, unknown>,
    errors: InputError[],
  ): void {
    for (const [member, header] of this.sources.headers) {
      const [value, second] = headers[header] ?? [];
      if (value === undefined) continue;
      if (second !== undefined) errors.push({ header, code: 'repeated' });
      const text = headerText(value);
      if (text === undefined) errors.push({ header, code: 'not_utf8' });
      input[member] = text;
    }
  }

  private readBody(body: unknown, input: Record<string, unknown>, errors: InputError[]): void {
    if (body === undefined) return;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      errors.push({ pointer: '#', code: 'wrong_type', expected: 'object' });
      return;
    }
    for (const [name, value] of Object.entries(body)) {
      if (!this.sources.body.has(name)) {
        errors.push({ pointer: '#', code: 'unknown_member', expected: [...this.sources.body] });
        return;
      }
      input[name] = value;
    }
  }

  private explain(issue: z.core.$ZodIssue, input: unknown): InputError {
    const path = issue.path.slice(0, this.knownLength(issue.path));
    const [member] = path;
    return { ...this.place(String(member), path), ...reasonOf(issue, valueAt(input, issue.path)) };
  }

  private place(member: string, path: readonly PropertyKey[]): Pick<InputError, 'pointer' | 'parameter' | 'header'> {
    const header = this.sources.headers.get(member);
    if (header !== undefined) return { header };
    if (this.sources.path.has(member) || this.sources.query.has(member)) return { parameter: member };
    return { pointer: `#${path.map((segment) => `/${String(segment)}`).join('')}` };
  }

  /** How far a path consists of names out of the contract and positions in lists. */
  private knownLength(path: readonly PropertyKey[]): number {
    const unknown = path.findIndex((segment) => typeof segment !== 'number' && !this.known.has(String(segment)));
    return unknown < 0 ? path.length : unknown;
  }
}

type Reason = Pick<InputError, 'code' | 'expected'>;

function reasonOf(issue: z.core.$ZodIssue, value: unknown): Reason {
  if (value === undefined && isMissing(issue)) return { code: 'missing' };
  switch (issue.code) {
    case 'invalid_type':
      return { code: 'wrong_type', expected: issue.expected };
    case 'invalid_value':
      return { code: 'not_allowed', expected: issue.values.map(String) };
    case 'invalid_format':
      return { code: 'wrong_format', expected: formatOf(issue) };
    case 'too_small':
      return bound(issue, ['too_short', 'too_small'], issue.minimum);
    case 'too_big':
      return bound(issue, ['too_long', 'too_large'], issue.maximum);
    case 'unrecognized_keys':
      return { code: 'unknown_member' };
    default:
      return { code: 'invalid' };
  }
}

const isMissing = ({ code }: z.core.$ZodIssue): boolean => code === 'invalid_type' || code === 'invalid_value';

/** A format by its name; a pattern of the contract's own as it is. */
const formatOf = ({ format, pattern = '' }: { readonly format: string; readonly pattern?: string }): string =>
  format === 'regex' ? pattern : format;

/** What has a length is too short or too long, what has none too small or too large. */
const bound = (
  { origin }: { readonly origin: string },
  [ofLength, ofValue]: readonly [InputErrorCode, InputErrorCode],
  limit: number | bigint,
): Reason => ({
  code: origin === 'string' || origin === 'array' ? ofLength : ofValue,
  expected: Number(limit),
});

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const segment of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[segment];
  return value;
}

/**
 * Node reads header bytes as Latin-1. What is ASCII is left alone, anything else must be UTF-8; `undefined` where it
 * is not.
 */
function headerText(value: string): string | undefined {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function memberNames(schema: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return names;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties') for (const name of Object.keys(value as object)) names.add(name);
    memberNames(value, names);
  }
  return names;
}
