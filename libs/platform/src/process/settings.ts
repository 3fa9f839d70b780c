import { z } from 'zod';
import { Fault } from '@smartscan/kernel';
import type { Context } from '../ports/context.ts';

const PREFIX = 'SMARTSCAN_';
type Environment = Readonly<Record<string, string | undefined>>;

const variableOf = (section: string, name: string): string =>
  `${PREFIX}${section === '' ? '' : `${section.toUpperCase()}_`}${name.replace(/([A-Z])/g, '_$1').toUpperCase()}`;

export interface SettingsProblem {
  readonly variable: string;
  readonly problem: string;
}

/**
 * Reads the whole configuration of a process once: the process's own section and one per context, from
 * `SMARTSCAN_<NAME>` and `SMARTSCAN_<CONTEXT>_<NAME>`. All errors come at once, unknown variables are refused, the
 * result is frozen. Values never stand in an error: one of them may be a secret in the wrong place.
 */
export function readSettings<S extends z.ZodObject>(
  environment: Environment,
  own: S,
  contexts: readonly Context[],
): { readonly own: Readonly<z.output<S>>; readonly of: ReadonlyMap<string, Readonly<Record<string, unknown>>> } {
  const problems: SettingsProblem[] = [];
  const known = new Set<string>();
  const read = (section: string, schema: z.ZodObject): Readonly<Record<string, unknown>> => {
    const given: Record<string, string> = {};
    for (const name of Object.keys(schema.shape)) {
      const variable = variableOf(section, name);
      known.add(variable);
      const value = environment[variable];
      if (value !== undefined && value !== '') given[name] = value;
    }
    const parsed = schema.safeParse(given);
    if (parsed.success) return Object.freeze(parsed.data as Record<string, unknown>);
    for (const issue of parsed.error.issues) {
      problems.push({ variable: variableOf(section, String(issue.path[0] ?? '')), problem: issue.message });
    }
    return {};
  };
  const mine = read('', own);
  const of = new Map(
    contexts.map((context) => [context.name as string, read(context.name, context.settings ?? z.object({}))]),
  );
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith(PREFIX) && !known.has(variable))
      problems.push({ variable, problem: 'is not a setting of this process' });
  }
  if (problems.length > 0) throw settingsFault(problems);
  return { own: mine as Readonly<z.output<S>>, of };
}

const settingsFault = (problems: readonly SettingsProblem[]): Fault =>
  new Fault('invalid', 'platform.settings', 'The configuration is not valid.', {
    remedy: problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'),
  });
