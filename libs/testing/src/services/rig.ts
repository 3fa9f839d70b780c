/// <reference types="jest" />
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@smartscan/kernel';
import type { InputOf, Operation } from '@smartscan/contracts/operation';
import type { Call, Chunks, Handler, Reply, Services } from '@smartscan/platform/ports';
import { callOf } from '../house/call.ts';
import { echo, follow, look, upload } from './operations.ts';

export interface Served {
  readonly operation: Operation;
  readonly handler: Handler<Operation>;
}

/** What an adapter hands to the suite: a way to the operations that it was told to serve. */
export interface ServicesUnderTest {
  readonly services: Services;
  /** Runs something inside a unit of work of the process that calls. */
  insideWork<T>(run: () => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

/** Ours: under load on a small machine a few seconds are ordinary. */
const PATIENCE_MS = 20_000;
/** Ours: what comes although it must not, comes within some milliseconds of what was expected. */
const SETTLE_MS = 200;

/** Waits until something is so; a failure says what it was. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await sleep(5);
  }
}

export const settle = (): Promise<void> => sleep(SETTLE_MS);

/** As a customer's key calls. */
export const someCall = (given: Partial<Call> = {}): Call =>
  callOf({ actor: { kind: 'api_key', id: 'key_00000000000000000000000000' }, ...given });

/** What a promise fails with; that it doesn't is a failure of its own. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const failure = await failureOf(work);
  expect(failure).toBeInstanceOf(Fault);
  return failure as Fault;
}

/** Handlers that a test can choose, and short ways to call them. */
export class Rig {
  readonly #handlers = new Map<string, Handler<Operation>>();
  readonly served: readonly Served[] = ([echo, look, upload, follow] as unknown as Operation[]).map((operation) => ({
    operation,
    handler: (input, call, body) => this.#handler(operation)(input, call, body),
  }));
  under!: ServicesUnderTest;

  get services(): Services {
    return this.under.services;
  }

  answer<O extends Operation>(operation: O, handler: Handler<O>): void {
    this.#handlers.set(operation.id, handler as unknown as Handler<Operation>);
  }

  echo(text = 'x', call = someCall()) {
    return this.services.call(echo, { text }, call);
  }

  upload(body: Chunks, call = someCall()): Promise<Reply> {
    return this.services.stream(upload, {}, call, body);
  }

  async follow(call = someCall()): Promise<AsyncIterableIterator<{ n: number }>> {
    const reply = await this.services.stream(follow, { id: 'x' }, call, undefined);
    return (reply.body as AsyncIterable<{ n: number }>)[Symbol.asyncIterator]() as AsyncIterableIterator<{ n: number }>;
  }

  #handler({ id }: Operation): Handler<Operation> {
    const handler = this.#handlers.get(id);
    if (!handler) throw new Error(`The test has no handler for ${id}.`);
    return handler;
  }
}

export type EchoInput = InputOf<typeof echo>;
export type Guarantees = Readonly<Record<string, (rig: Rig) => Promise<void>>>;
