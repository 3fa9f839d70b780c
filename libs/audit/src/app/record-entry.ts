import type { z } from 'zod';
import type { Envelope, EventHandler, Tx } from '@smartscan/platform/ports';
import { factsOf } from '../domain/facts.ts';
import { classOf } from './audited.ts';
import { addEntry } from './entries.ts';

/** Writes down one event. */
export class RecordEntry implements EventHandler<z.ZodObject> {
  async handle(tx: Tx, body: Readonly<Record<string, unknown>>, envelope: Envelope): Promise<void> {
    await addEntry(tx, {
      workspaceId: envelope.tenant,
      id: envelope.id,
      at: new Date(envelope.time),
      event: envelope.type,
      class: classOf(envelope.type),
      actorKind: envelope.actor.kind,
      actorId: envelope.actor.id,
      purpose: envelope.purpose,
      requestId: envelope.requestId,
      facts: factsOf(body),
    });
  }
}
