import { allEvents } from '@smartscan/contracts/all';
import type { EventContract } from '@smartscan/contracts/event';
import { OWNERS } from '@smartscan/contracts/owners';
import type { Context } from '@smartscan/platform/ports';
import { ofType, type Project } from './tree.ts';

type Exports = Readonly<Record<string, unknown>>;

/** What a module exports under each name, as it is at run time. */
export const exportsOf = async (specifier: string): Promise<Exports> => (await import(specifier)) as Exports;

const isContext = (value: unknown): value is Context =>
  typeof value === 'object' && value !== null && 'controllers' in value && 'listens' in value && 'tables' in value;

/** The contexts that a lib exports, with their names. */
export const contextsIn = async (project: Project): Promise<(readonly [string, Context])[]> =>
  Object.entries(await exportsOf(project.packageName)).flatMap(([name, value]) =>
    isContext(value) ? [[name, value] as const] : [],
  );

/** The one context of a lib, as the processes get it. */
export async function contextOf(project: Project): Promise<Context> {
  const [first] = await contextsIn(project);
  if (!first) throw new Error(`${project.packageName} exports no context.`);
  return first[1];
}

export const allContexts = (): Promise<Context[]> => Promise.all(ofType('context').map(contextOf));

/** The name under which each event can be imported: `identity:workspaceCreated` → `identity.workspace_created.v1`. */
export async function eventsByExport(): Promise<ReadonlyMap<string, EventContract>> {
  const known = new Set<unknown>(allEvents());
  const found = new Map<string, EventContract>();
  for (const owner of OWNERS) {
    for (const [name, value] of Object.entries(await exportsOf(`@smartscan/contracts/${owner}`))) {
      if (known.has(value)) found.set(`${owner}:${name}`, value as EventContract);
    }
  }
  return found;
}
