import type { z } from 'zod';
import type { AccessPurpose, ProcessingPurpose, Region, TenantId } from '@smartscan/kernel';
import type { CallInputOf, InputOf, Operation, OutputOf } from '@smartscan/contracts/operation';

/** Who acts. `system` is the platform itself: schedules and event handlers. */
export interface Actor {
  readonly kind: 'api_key' | 'user' | 'staff' | 'anonymous' | 'system';
  readonly id: string;
}

/** In whose name and why something is done. `*` is every tenant, for the purposes that a table allows. */
export interface Scope {
  readonly tenant: TenantId | '*';
  readonly actor: Actor;
  readonly purpose: AccessPurpose | ProcessingPurpose;
  readonly requestId: string;
}

/** What travels with every call from one context to another. */
export interface Call extends Scope {
  readonly region: Region;
  /** The caller would rather be answered at once and come back (RFC 7240 `respond-async`). */
  readonly respondAsync: boolean;
  /** The media type, of the operation's representations, that the caller would rather have than JSON; `undefined`: none. */
  readonly representation?: string | undefined;
  /** Aborted when the caller is gone or its deadline has passed. */
  readonly signal: AbortSignal;
}

/** By which an owner says in what form it answers, where that isn't JSON. */
export const REPRESENTATION_HEADER = 'Content-Type';

export type Chunks = AsyncIterable<Uint8Array>;

/**
 * An answer with a status other than the operation's own, with headers, or in another form than JSON, which the header
 * `Content-Type` then names.
 */
export class Reply<Body = unknown> {
  constructor(
    readonly status: number,
    readonly body: Body,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** How one context asks another. JSON at the border everywhere, also within one process. */
export interface Services {
  /** Throws the owner's Fault; the output is validated against the contract. Never inside a unit of work. */
  call<O extends Operation>(operation: O, input: CallInputOf<O>, call: Call): Promise<OutputOf<O>>;
  /** As `call`, with a streamed body (`undefined` where the operation has none) and the whole reply. */
  stream<O extends Operation>(
    operation: O,
    input: CallInputOf<O>,
    call: Call,
    body: Chunks | undefined,
  ): Promise<Reply>;
}

/** What an operation's handler may give back; operations that stream events give an iterable of their output. */
export type Answer<O extends Operation> =
  | OutputOf<O>
  | Reply<
      | OutputOf<O>
      | z.output<O['also'][number]>
      | z.output<O['representations'][string]['schema']>
      | AsyncIterable<OutputOf<O>>
    >;
export type Handler<O extends Operation> = (
  input: InputOf<O>,
  call: Call,
  body: Chunks | undefined,
) => Promise<Answer<O>>;
