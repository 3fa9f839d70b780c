import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { Fault } from '@smartscan/kernel';
import { deliverersOf } from '../../event-log/deliverer.ts';
import type { Wakeups } from '../../outbox/wakeups.ts';
import type { GroupConsumer } from './group-consumer.ts';
import type { Membership } from './membership.ts';
import { APPENDED } from './schema.ts';

export interface TransportParts {
  readonly consumer: GroupConsumer;
  readonly membership: Membership;
  readonly wakeups: Wakeups;
}

/** Feeds one consumer group of a Nest application. A handler's promise is the acknowledgement of its event. */
export class LogTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('event log');
  readonly #parts: TransportParts;
  #unsubscribe = (): void => undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: TransportParts) {
    super();
    this.#parts = parts;
  }

  /** Calls back when the group's share of the partitions is taken, or with the error. Handlers must be there by then. */
  listen(callback: (error?: unknown) => void): void {
    const { consumer, membership, wakeups } = this.#parts;
    consumer.open(deliverersOf(this.messageHandlers));
    this.#unsubscribe = wakeups.subscribe(APPENDED, (payload) => this.#appended(payload));
    membership.join(consumer).then(() => callback(), callback);
  }

  /** Waits for the handlers that run, for 10 s at most, commits, and gives everything back at once. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  on(): never {
    throw new Fault('internal', 'platform.transport_events', 'This transport has no events of its own.');
  }

  unwrap<T>(): T {
    return this.#parts.consumer as T;
  }

  async #close(): Promise<void> {
    this.#unsubscribe();
    await this.#parts.consumer.drain();
    await this.#parts.membership.leave(this.#parts.consumer);
  }

  #appended(payload: string): void {
    const { consumer } = this.#parts;
    const at = payload.lastIndexOf(' ');
    if (at < 0) {
      consumer.wakeAll();
      return;
    }
    const topic = payload.slice(0, at);
    if (!consumer.topics.includes(topic)) return;
    for (const partition of payload.slice(at + 1).split(',')) consumer.wake(topic, Number(partition));
    consumer.work();
  }
}
