import { Fault } from '@smartscan/kernel';
import type { Database } from '../database/database.ts';
import { inboxInsert } from '../outbox/outbox.ts';
import type { Context, EventHandler, Subscription } from '../ports/context.ts';
import type { Envelope, EventStrategy } from '../ports/event-log.ts';
import { traced, type OpenSpan } from '../telemetry/trace.ts';
import type { z } from 'zod';
import type { Own } from './own.ts';

interface Receiver {
  readonly own: Own;
  readonly context: Context;
  readonly database: Database;
  /** Told of every try to deliver an event, with the seconds that it took. */
  readonly onDelivered?: ((type: string, outcome: Delivery, seconds: number) => void) | undefined;
}

/** `duplicate`: it had its effect before. */
export type Delivery = 'handled' | 'duplicate' | 'failed';

/**
 * Binds a context's subscriptions to its consumer group. The inbox row and the handler's effects share a transaction:
 * an event that is delivered twice has its effect once.
 */
export function feed(strategy: EventStrategy, receiver: Receiver): void {
  const { own, context, database } = receiver;
  for (const subscription of context.listens) {
    const handler = own(subscription.handler);
    strategy.addHandler(
      subscription.contract.type,
      (envelope: Envelope) => watched(envelope, receiver, () => receive(envelope, subscription, handler, database)),
      true,
    );
  }
}

/** In the trace of whoever told the event, however long ago that was. */
async function watched(
  { type, traceparent }: Envelope,
  { context, onDelivered }: Receiver,
  deliver: () => Promise<boolean>,
): Promise<void> {
  const startedMs = performance.now();
  let outcome: Delivery = 'failed';
  const work = async (span: OpenSpan<'event.deliver'>): Promise<void> => {
    try {
      outcome = (await deliver()) ? 'handled' : 'duplicate';
    } finally {
      span.note({ outcome });
    }
  };
  try {
    await traced('event.deliver', { event_type: type, group: context.name }, work, { parent: traceparent });
  } finally {
    onDelivered?.(type, outcome, (performance.now() - startedMs) / 1_000);
  }
}

/** Whether the event was new. */
async function receive(
  envelope: Envelope,
  { contract }: Subscription,
  handler: EventHandler<z.ZodObject>,
  database: Database,
): Promise<boolean> {
  const body = contract.body.safeParse(JSON.parse(envelope.body));
  if (!body.success)
    throw new Fault('invalid', 'platform.event_does_not_fit', `${contract.type} does not fit its contract.`);
  const scope = {
    tenant: envelope.tenant as never,
    actor: envelope.actor,
    purpose: contract.purpose,
    requestId: envelope.requestId,
  };
  return database.run(scope, async (tx) => {
    const { sql, params } = inboxInsert(envelope.id);
    const fresh = await tx.em.execute<unknown[]>(sql, [...params]);
    if (fresh.length === 0) return false;
    await handler.handle(tx, body.data, envelope);
    return true;
  });
}
