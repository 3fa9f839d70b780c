import type { z } from 'zod';
import { Fault } from '@smartscan/kernel';
import type { CallInputOf, Operation, OutputOf } from '@smartscan/contracts/operation';
import { refuseInsideWork } from '../database/database.ts';
import { Reply, type Answer, type Call, type Chunks, type Handler, type Services } from '../ports/call.ts';

/**
 * The operations that are served in this process, and the way to them. What crosses is rebuilt by the contract's schema,
 * which knows JSON's types only: no reference, no Date, no class gets from one context into another, just as if there
 * were a network between them.
 */
export class Dispatcher implements Services {
  private readonly handlers = new Map<string, Handler<Operation>>();

  serve(operation: Operation, handler: Handler<Operation>): void {
    if (this.handlers.has(operation.id))
      throw new Fault('internal', 'platform.served_twice', `${operation.id} has two handlers.`);
    this.handlers.set(operation.id, handler);
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
    const handler = this.handlers.get(operation.id);
    if (!handler) throw new Fault('unavailable', 'platform.not_served', 'A part of the service is not running.');
    const answer = await handler(readInput(operation, input) as never, call, body);
    return toReply(operation, answer);
  }
}

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

function toReply(operation: Operation, answer: Answer<Operation>): Reply {
  const reply = answer instanceof Reply ? (answer as Reply) : new Reply(operation.status, answer as unknown);
  if (operation.events) {
    const events = reply.body as AsyncIterable<unknown>;
    return new Reply(reply.status, checkedEvents(operation, events), reply.headers);
  }
  const schema: z.ZodType | undefined =
    reply.status === operation.status ? operation.output : operation.also[reply.status];
  return new Reply(reply.status, checkedOutput(operation, schema, reply.body), reply.headers);
}

function checkedOutput(operation: Operation, schema: z.ZodType | undefined, body: unknown): unknown {
  const parsed = schema?.safeParse(body);
  if (parsed?.success) return parsed.data;
  throw new Fault('internal', 'platform.bad_output', `${operation.id} answered with what its contract does not know.`);
}

async function* checkedEvents(operation: Operation, events: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const event of events) yield checkedOutput(operation, operation.output, event);
}
