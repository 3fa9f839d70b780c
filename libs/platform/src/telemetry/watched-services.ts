import { asFault, type FaultKind } from '@smartscan/kernel';
import type { CallInputOf, Operation, OutputOf } from '@smartscan/contracts/operation';
import type { Call, Chunks, Reply, Services } from '../ports/call.ts';
import { traced } from './trace.ts';

/** Told of every call when it is over, with the seconds that it took; of a stream, those until it began. */
export type OnCall = (operationId: string, outcome: 'ok' | FaultKind, seconds: number) => void;

/** The way to other contexts as they are given it: each call is a span and an observation, wherever it is served. */
export class WatchedServices implements Services {
  constructor(
    private readonly services: Services,
    private readonly onCall: OnCall,
  ) {}

  call<O extends Operation>(operation: O, input: CallInputOf<O>, call: Call): Promise<OutputOf<O>> {
    return this.watch(operation, () => this.services.call(operation, input, call));
  }

  stream<O extends Operation>(
    operation: O,
    input: CallInputOf<O>,
    call: Call,
    body: Chunks | undefined,
  ): Promise<Reply> {
    return this.watch(operation, () => this.services.stream(operation, input, call, body));
  }

  private async watch<T>({ id }: Operation, work: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    let outcome: Parameters<OnCall>[1] = 'ok';
    try {
      return await traced('service.call', { operation: id }, work);
    } catch (error) {
      outcome = asFault(error).kind;
      throw error;
    } finally {
      this.onCall(id, outcome, (performance.now() - startedMs) / 1_000);
    }
  }
}
