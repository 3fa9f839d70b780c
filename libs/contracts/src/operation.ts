import type { z } from 'zod';
import { Fault, type AccessPurpose, type ProcessingPurpose } from '@smartscan/kernel';
import type { Owner } from './owners.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What an API key may be allowed to do. */
export const SCOPES = {
  'scans:write': 'Run scans, cancel and delete them',
  'scans:read': 'Read the results of scans',
  'documents:write': 'Have documents read, review and delete them',
  'documents:read': 'Read what was read from documents',
  'keys:write': 'Make and revoke API keys',
  'workspace:read': 'Read the workspace, its keys and its policies',
  'retention:write': 'Set how long data is kept',
  'audit:read': 'Read the audit log',
} as const satisfies Record<string, string>;
export type Scope = keyof typeof SCOPES;

/** A request body that is streamed, never parsed and never stored on the way. */
export interface StreamedBody {
  readonly mediaTypes: readonly string[];
  readonly maxBytes: number;
  readonly description: string;
  /** What its owner reads it by where it is sent as JSON. It is not read on the way: for documents alone. */
  readonly schema?: z.ZodType;
}

/** Another form in which an operation's answer can be asked for with `Accept`, beside JSON. */
export interface Representation {
  readonly schema: z.ZodType;
  readonly description: string;
}

/** Where a member of the input comes from when the operation is public and it's neither in the path, query nor body. */
export type HeaderSource = Readonly<Record<string, string>>;

export interface Operation<In extends z.ZodObject = z.ZodObject, Out extends z.ZodType = z.ZodType> {
  readonly owner: Owner;
  /** `vitals.start_scan`: unique, and OpenAPI's operationId. */
  readonly id: string;
  readonly method: Method;
  /** `/v1/scans/{id}`; a member of the input in braces is taken from the path. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  /** Members not in the path or a header come from the query (GET, DELETE) or from the JSON body (POST, PUT, PATCH). */
  readonly input: In;
  readonly headers: HeaderSource;
  readonly stream: StreamedBody | undefined;
  readonly status: number;
  readonly output: Out;
  /** Other successful answers, by status (`202` beside `200`). */
  readonly also: Readonly<Record<number, z.ZodType>>;
  /**
   * Other forms of the answer with the operation's own status, by media type; JSON stays what is answered to who asks for
   * nothing, and may always be what the owner answers. A handler is told by `Call.representation` what was asked for and
   * says by the Content-Type of its reply what it gives.
   */
  readonly representations: Readonly<Record<string, Representation>>;
  /** The answer is a stream of server-sent events, each of which is an `output`. */
  readonly events: boolean;
  /** Problem codes a caller can meet, beside those that every operation has. */
  readonly errors: readonly string[];
  /** `none`: no key is needed. */
  readonly scope: Scope | 'none';
  readonly purpose: ProcessingPurpose;
  /** Set where the answer or the request holds PHI: why it is read, and that no body of it may be kept (P16, P39). */
  readonly phi: AccessPurpose | 'no';
  /** Served by the gateway; otherwise only between contexts. */
  readonly public: boolean;
  /** Whether a repeated request may be recognised by an Idempotency-Key. Meaningless where the method already is. */
  readonly idempotencyKey: boolean;
}

export type InputOf<O> = O extends Operation<infer In, z.ZodType> ? z.output<In> : never;
export type CallInputOf<O> = O extends Operation<infer In, z.ZodType> ? z.input<In> : never;
export type OutputOf<O> = O extends Operation<z.ZodObject, infer Out> ? z.output<Out> : never;

type Optional =
  | 'headers'
  | 'stream'
  | 'status'
  | 'also'
  | 'representations'
  | 'events'
  | 'errors'
  | 'phi'
  | 'public'
  | 'idempotencyKey'
  | 'description';
export type OperationSpec<In extends z.ZodObject, Out extends z.ZodType> = Omit<Operation<In, Out>, 'id' | Optional> &
  Partial<Pick<Operation<In, Out>, Optional>> & { readonly name: string };

const registry = new Map<string, Operation>();

/** One thing that a context does for others. Routes, calls between services, OpenAPI and clients derive from it. */
export function defineOperation<In extends z.ZodObject, Out extends z.ZodType>(
  spec: OperationSpec<In, Out>,
): Operation<In, Out> {
  const { name, ...rest } = spec;
  const operation: Operation<In, Out> = {
    description: '',
    headers: {},
    stream: undefined,
    status: 200,
    also: {},
    representations: {},
    events: false,
    errors: [],
    phi: 'no',
    public: false,
    idempotencyKey: rest.method === 'POST',
    ...rest,
    input: rest.input.strict() as unknown as In,
    id: `${rest.owner}.${name}`,
  };
  if (registry.has(operation.id))
    throw new Fault('internal', 'contracts.duplicate_operation', `${operation.id} is defined twice.`);
  for (const member of pathMembers(operation.path)) {
    if (!(member in operation.input.shape))
      throw new Fault('internal', 'contracts.path_without_input', `${operation.id}: {${member}} is not in its input.`);
  }
  registry.set(operation.id, operation as unknown as Operation);
  return operation;
}

export const allOperations = (): readonly Operation[] => [...registry.values()];

export const pathMembers = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
