import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Fault } from '@smartscan/kernel';
import type { Database } from '../database/database.ts';
import { inboxInsert } from '../outbox/outbox.ts';
import type { Context, EventHandler, Subscription } from '../ports/context.ts';
import type { Envelope, EventStrategy } from '../ports/event-log.ts';
import type { z } from 'zod';

interface Receiver {
  readonly app: NestFastifyApplication;
  readonly context: Context;
  readonly database: Database;
}

/**
 * Binds a context's subscriptions to its consumer group. The inbox row and the handler's effects share a transaction:
 * an event that is delivered twice has its effect once.
 */
export function feed(strategy: EventStrategy, receiver: Receiver): void {
  const { app, context, database } = receiver;
  for (const subscription of context.listens) {
    const handler = app.get<EventHandler<z.ZodObject>>(subscription.handler, { strict: false });
    strategy.addHandler(
      subscription.contract.type,
      (envelope: Envelope) => receive(envelope, subscription, handler, database),
      true,
    );
  }
}

async function receive(
  envelope: Envelope,
  { contract }: Subscription,
  handler: EventHandler<z.ZodObject>,
  database: Database,
): Promise<void> {
  const body = contract.body.safeParse(JSON.parse(envelope.body));
  if (!body.success)
    throw new Fault('invalid', 'platform.event_does_not_fit', `${contract.type} does not fit its contract.`);
  const scope = {
    tenant: envelope.tenant as never,
    actor: envelope.actor,
    purpose: contract.purpose,
    requestId: envelope.requestId,
  };
  await database.run(scope, async (tx) => {
    const { sql, params } = inboxInsert(envelope.id);
    const fresh = await tx.em.execute<unknown[]>(sql, [...params]);
    if (fresh.length > 0) await handler.handle(tx, body.data, envelope);
  });
}
