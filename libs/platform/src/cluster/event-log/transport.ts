import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { Fault } from '@smartscan/kernel';
import { deliverersOf } from '../../event-log/deliverer.ts';
import type { Member } from './member.ts';

/** Feeds one consumer group of a Nest application. A handler's promise is the acknowledgement of its event. */
export class KafkaTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('event log');
  readonly #member: Member;
  readonly #prepare: () => Promise<void>;
  #closed: Promise<void> | undefined;

  /** `prepare` is awaited before the member joins. */
  constructor(member: Member, prepare: () => Promise<void>) {
    super();
    this.#member = member;
    this.#prepare = prepare;
  }

  /** Calls back when the group's share of the partitions is taken, or with the error. Handlers must be there by then. */
  listen(callback: (error?: unknown) => void): void {
    this.#prepare()
      .then(() => this.#member.open(deliverersOf(this.messageHandlers)))
      .then(() => callback(), callback);
  }

  /** Waits for the handlers that run, for 10 s at most, commits, and leaves the group at once. */
  close(): Promise<void> {
    this.#closed ??= this.#member.close();
    return this.#closed;
  }

  on(): never {
    throw new Fault('internal', 'platform.transport_events', 'This transport has no events of its own.');
  }

  unwrap<T>(): T {
    return this.#member as T;
  }
}
