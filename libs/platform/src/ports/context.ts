import type { Provider, Type } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Region } from '@smartscan/kernel';
import type { EventContract } from '@smartscan/contracts/event';
import type { Owner } from '@smartscan/contracts/owners';
import type { Envelope } from './event-log.ts';
import type { Table } from './table.ts';
import type { Tx } from './work.ts';

/** Handles one event inside a unit of work that also holds the inbox row: its effects happen exactly once. */
export interface EventHandler<S extends z.ZodObject> {
  handle(tx: Tx, body: z.output<S>, envelope: Envelope): Promise<void>;
}

export interface Subscription {
  readonly contract: EventContract;
  readonly handler: Type<EventHandler<z.ZodObject>>;
}

export const on = <S extends z.ZodObject>(
  contract: EventContract<S>,
  handler: Type<EventHandler<NoInfer<S>>>,
): Subscription => ({
  contract: contract as unknown as EventContract,
  handler: handler as unknown as Subscription['handler'],
});

/** Something that happens by the clock. At most one run at a time across all processes of the context, unless it is told. */
export interface Schedule {
  readonly name: string;
  readonly everySeconds: number;
  /** For what a process does for itself, such as to say that it lives: runs in each, at the same time or not. */
  readonly inEachProcess?: boolean;
  readonly job: Type<{ run(): Promise<void> }>;
}

/** Where a process stands. */
export interface Place {
  readonly region: Region;
  /** The public host of each region's API, for the answer to whom a request was sent by mistake. */
  readonly hosts: Readonly<Record<Region, string>>;
}

/** Something that serves routes of its own on the process's public HTTP server, before it listens. */
export interface HttpMount {
  mount(server: FastifyInstance): void | Promise<void>;
  /** The process will stop: whoever is answered from now on is to connect elsewhere next time. */
  lastCall?(): void;
}

/** A bounded context as the outside sees it. The value is the whole public face of its lib. */
export interface Context {
  readonly name: Owner;
  readonly controllers: readonly Type[];
  readonly providers: readonly Provider[];
  readonly tables: readonly Table[];
  /** The folder of `NNNN_name.sql` files. */
  readonly migrations: URL;
  readonly listens: readonly Subscription[];
  readonly schedules: readonly Schedule[];
  /** The context's configuration: read once from `SMARTSCAN_<CONTEXT>_<NAME>`, injected frozen as SETTINGS. */
  readonly settings?: z.ZodObject;
  readonly http?: Type<HttpMount>;
}

/** Wires a plain class to the ports and classes that its constructor takes, in order. */
export const provide = <A extends unknown[], T>(
  type: new (...args: A) => T,
  inject: readonly (symbol | Type)[],
): Provider => ({
  provide: type,
  useFactory: (...args: A) => new type(...args),
  inject: [...inject],
});

/** As `provide`, for a class that takes its many parts by name. */
export const provideByName = <P extends object, T>(
  type: new (parts: P) => T,
  inject: { readonly [N in keyof P]: symbol | Type },
): Provider => {
  const names = Object.keys(inject) as (keyof P)[];
  return {
    provide: type,
    useFactory: (...parts: unknown[]) => new type(Object.fromEntries(names.map((name, at) => [name, parts[at]])) as P),
    inject: names.map((name) => inject[name]),
  };
};
