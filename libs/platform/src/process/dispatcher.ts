import type { z } from 'zod';
import { Fault } from '@smartscan/kernel';
import type { CallInputOf, Operation, OutputOf } from '@smartscan/contracts/operation';
import { refuseInsideWork } from '../database/database.ts';
import {
  REPRESENTATION_HEADER,
  Reply,
  type Answer,
  type Call,
  type Chunks,
  type Handler,
  type Services,
} from '../ports/call.ts';
import { traced } from '../telemetry/trace.ts';

/**
 * The operations that are served in this process, and the way to them. What crosses is rebuilt by the contract's schema,
 * which knows JSON's types only: no reference, no Date, no class gets from one context into another, just as if there
 * were a network between them.
 */
export class Dispatcher implements Services {
  private readonly handlers = new Map<
    string,
    { readonly operation: Operation; readonly handler: Handler<Operation> }
  >();

  serve(operation: Operation, handler: Handler<Operation>): void {
    if (this.handlers.has(operation.id))
      throw new Fault('internal', 'platform.served_twice', `${operation.id} has two handlers.`);
    this.handlers.set(operation.id, { operation, handler });
  }

  /** The operation of that id, if it is served here. */
  served(id: string): Operation | undefined {
    return this.handlers.get(id)?.operation;
  }

  serves(operation: Operation): boolean {
    return this.handlers.has(operation.id);
  }

  async call<O extends Operation>(operation: O, input: CallInputOf<O>, call: Call): Promise<OutputOf<O>> {
    const reply = await this.stream(operation, input, call, undefined);
    return reply.body as OutputOf<O>;
  }

  async stream<O extends Operation>(
    operation: O,
    input: CallInputOf<O>,
    call: Call,
    body: Chunks | undefined,
  ): Promise<Reply> {
    refuseInsideWork();
    const served = this.handlers.get(operation.id);
    if (!served) throw notServed();
    return traced('operation.serve', { operation: operation.id }, async () =>
      toReply(operation, await served.handler(readInput(operation, input) as never, call, body)),
    );
  }
}

export const notServed = (): Fault =>
  new Fault('unavailable', 'platform.not_served', 'A part of the service is not running.');

/** Names where the input is wrong and how, never what it was. */
export function readInput(operation: Operation, input: unknown): unknown {
  const parsed = operation.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => `/${issue.path.map(String).join('/')}: ${issue.code}`);
  throw new Fault('invalid', 'invalid_request', 'The request does not fit what this operation takes.', {
    remedy: 'Correct the members named in errors.',
    members: { errors },
  });
}

/** What a handler answered, rebuilt by the contract. Fault `platform.bad_output` where it doesn't fit. */
export function toReply(operation: Operation, answer: Answer<Operation>): Reply {
  const reply = answer instanceof Reply ? (answer as Reply) : new Reply(operation.status, answer as unknown);
  if (operation.events) {
    const events = reply.body as AsyncIterable<unknown>;
    return new Reply(reply.status, checkedEvents(operation, events), reply.headers);
  }
  return new Reply(reply.status, checkedOutput(operation, schemaOf(operation, reply), reply.body), reply.headers);
}

/** What the contract says of an answer of this status in this form, if it knows it. */
function schemaOf(operation: Operation, { status, headers }: Reply): z.ZodType | undefined {
  const type = headers[REPRESENTATION_HEADER];
  if (status !== operation.status) return type === undefined ? operation.also[status] : undefined;
  return type === undefined ? operation.output : operation.representations[type]?.schema;
}

function checkedOutput(operation: Operation, schema: z.ZodType | undefined, body: unknown): unknown {
  const parsed = schema?.safeParse(body);
  if (parsed?.success) return parsed.data;
  throw new Fault('internal', 'platform.bad_output', `${operation.id} answered with what its contract does not know.`);
}

async function* checkedEvents(operation: Operation, events: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const event of events) yield checkedOutput(operation, operation.output, event);
}
