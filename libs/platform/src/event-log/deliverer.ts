import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Envelope } from '../ports/event-log.ts';
import type { Deliver } from './retry.ts';

/** Nest chains several handlers of one event type, and lets a handler answer a stream. */
const delivererOf =
  (first: MessageHandler): Deliver =>
  async (envelope: Envelope) => {
    for (let handler: MessageHandler | undefined = first; handler !== undefined; handler = handler.next) {
      const answer: unknown = await handler(envelope);
      if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
    }
  };

/** By event type. */
export const deliverersOf = (handlers: ReadonlyMap<string, MessageHandler>): ReadonlyMap<string, Deliver> =>
  new Map([...handlers].map(([type, handler]) => [type, delivererOf(handler)]));
