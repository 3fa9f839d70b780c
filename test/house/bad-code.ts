import { ofType, shippedSources, type ProjectType } from './tree.ts';

/** Code that the linter must refuse, at the place of a file whose own text is left out of account. */
export interface BadCode {
  readonly says: string;
  readonly at: string;
  readonly code: string;
  readonly rule: string;
}

/** Files that are there: rules that know types judge only what a program holds. */
function somewhereIn(type: ProjectType, ring: string): string {
  const found = ofType(type)
    .flatMap(shippedSources)
    .find((path) => path.split('/').slice(2).join('/').startsWith(`${ring}/`));
  if (!found) throw new Error(`No source in ${ring} of any project of type ${type}.`);
  return found;
}

export const at = {
  pure: somewhereIn('pure', 'src'),
  contracts: somewhereIn('contracts', 'src'),
  platform: somewhereIn('platform', 'src'),
  domain: somewhereIn('context', 'src/domain'),
  app: somewhereIn('context', 'src/app'),
  adapters: somewhereIn('context', 'src/adapters'),
  index: `${ofType('context')[0]?.root}/src/index.ts`,
  main: somewhereIn('app', 'src'),
  spec: 'test/house/boundaries.spec.ts',
};

const foreign = ofType('context').find((project) => !at.adapters.startsWith(`${project.root}/`));
const intoForeign = `${'../'.repeat(at.adapters.split('/').length - 2)}${foreign?.name}/src/index.ts`;

const use = (name: string, from: string): string => `import { ${name} } from '${from}';\nexport const x = ${name};`;
const all = (from: string): string => `import * as all from '${from}';\nexport const x = all;`;
export const longBody = '  void 0;\n'.repeat(61);

const refuses = (rule: string, where: string, cases: Readonly<Record<string, string>>): BadCode[] =>
  Object.entries(cases).map(([says, code]) => ({ says, at: where, code, rule }));

const BOUNDARIES = '@nx/enforce-module-boundaries';
const betweenProjects: readonly BadCode[] = [
  ...refuses(BOUNDARIES, at.adapters, {
    'one context imports another': all(foreign?.packageName ?? ''),
    'one context reaches into another by path': all(intoForeign),
    'a context imports what is for tests, outside a test': all('@smartscan/testing'),
  }),
  ...refuses(BOUNDARIES, at.platform, { 'the platform imports a context': all(foreign?.packageName ?? '') }),
  ...refuses(BOUNDARIES, at.contracts, {
    'contracts import the platform': all('@smartscan/platform/ports'),
    'contracts import a package other than zod': use('Injectable', '@nestjs/common'),
  }),
  ...refuses(BOUNDARIES, at.pure, { 'a pure lib imports a package': use('z', 'zod') }),
  ...refuses('no-restricted-imports', at.pure, { 'a pure lib imports Node': use('readFileSync', 'node:fs') }),
  ...refuses('no-restricted-imports', at.contracts, { 'contracts import Node': use('readFileSync', 'node:fs') }),
  ...refuses(BOUNDARIES, at.main, { 'an app imports a test': all('../../../test/house/tree.ts') }),
  ...refuses('import-x/no-cycle', 'libs/kernel/src/fault.ts', { 'an import circle': use('makeId', './index.ts') }),
];

const betweenRings: readonly BadCode[] = [
  ...refuses('no-restricted-imports', at.domain, {
    'domain imports Nest': use('Injectable', '@nestjs/common'),
    'domain imports contracts': use('field', '@smartscan/contracts/event'),
    'domain imports a use case': all('../app/x.ts'),
  }),
  ...refuses('no-restricted-imports', at.app, {
    'a use case imports an adapter': all('../adapters/x.ts'),
    'a use case imports Nest': use('Injectable', '@nestjs/common'),
    'a use case imports Node': use('readFile', 'node:fs/promises'),
    'a use case imports more of the platform than its ports': use('compose', '@smartscan/platform'),
    'a use case makes its own entity manager': use('MikroORM', '@mikro-orm/core'),
  }),
  ...refuses('no-restricted-imports', at.adapters, { 'an adapter imports its context': all('../index.ts') }),
  ...refuses('no-restricted-imports', at.index, {
    'a context asks in which place it runs': all('@smartscan/platform/embedded'),
    'a context imports a framework': use('Module', '@nestjs/common'),
  }),
];

const pureCode: readonly BadCode[] = [
  ...refuses('no-restricted-syntax', at.domain, {
    'domain waits': 'export const f = async (x: Promise<void>): Promise<void> => {\n  await x;\n};',
    'domain asks the clock': 'export const x = Date.now();',
    'domain asks the clock by a new Date': 'export const x = new Date();',
    'domain throws dice': 'export const x = Math.random();',
    'domain loads something later': "export const x = (): unknown => import('../app/x.ts');",
    'a comment switches a rule off': `/* ${['eslint', 'disable'].join('-')} */\nexport const x = Date.now();`,
  }),
  ...refuses('no-restricted-syntax', at.pure, { 'a pure lib asks the clock': 'export const x = Date.now();' }),
  ...refuses('no-restricted-syntax', at.app, {
    'a use case asks another clock than its own': 'export const x = new Date();',
  }),
];

const PROMISE = 'const later = async (): Promise<void> => {};';
const SWITCH = "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n  }\n}";
const traps: readonly BadCode[] = [
  ...refuses('@typescript-eslint/no-floating-promises', at.pure, {
    'nobody waits for a promise': `${PROMISE}\nlater();`,
  }),
  ...refuses('@typescript-eslint/no-misused-promises', at.pure, {
    'a promise is taken for a condition': `${PROMISE}\nexport const x = later() ? 1 : 2;`,
  }),
  ...refuses('@typescript-eslint/switch-exhaustiveness-check', at.pure, { 'a switch forgets a case': SWITCH }),
  ...refuses('@typescript-eslint/no-explicit-any', at.pure, { any: 'export const x: any = 1;' }),
  ...refuses('@typescript-eslint/consistent-type-imports', at.platform, {
    'a type is imported as a value': "import { Fault } from '@smartscan/kernel';\nexport type X = Fault;",
  }),
  ...refuses('no-console', at.platform, { 'a lib writes to the console': "console.log('x');" }),
  ...refuses('no-restricted-globals', at.platform, {
    'a lib reads the environment': 'export const x = process.env;',
    'a lib reads the environment by another name': 'export const x = globalThis.process.env;',
  }),
  ...refuses('@typescript-eslint/no-restricted-imports', at.platform, {
    'a lib imports the environment': "import process from 'node:process';\nexport const x = process.env;",
  }),
];

const DEEP = 'export function f(a: boolean): void {\n  if (a) { if (!a) { if (a) { if (!a) { void a; } } } }\n}';
const sizes: readonly BadCode[] = [
  ...refuses('max-lines', at.pure, { 'a file of more than 300 lines': 'export {};\n'.repeat(301) }),
  ...refuses('house/max-lines-per-function', at.pure, {
    'a function of more than 60 lines': `export function f(): void {\n${longBody}}\n`,
  }),
  ...refuses('house/max-lines-per-function', at.spec, {
    'a test of more than 60 lines': `describe('a', () => {\n  it('b', () => {\n${longBody}  });\n});\n`,
  }),
  ...refuses('max-params', at.pure, {
    'more than 4 parameters': 'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;',
  }),
  ...refuses('complexity', at.pure, {
    'more than 10 ways through a function': `export const f = (a: boolean): boolean => ${Array(11).fill('a').join(' || ')};`,
  }),
  ...refuses('max-depth', at.pure, { 'more than 3 levels of depth': DEEP }),
];

export const BAD: readonly BadCode[] = [...betweenProjects, ...betweenRings, ...pureCode, ...traps, ...sizes];

/** What the rules must not take for bad. */
export const GOOD: readonly Omit<BadCode, 'rule'>[] = [
  { says: 'a describe is as long as its tests', at: at.spec, code: `describe('a', () => {\n${longBody}});\n` },
  {
    says: 'domain computes with the time it was given',
    at: at.domain,
    code: 'export const x = (nowMs: number): string => new Date(nowMs).toISOString();',
  },
  { says: 'a store declares its table', at: at.app, code: use('p', '@mikro-orm/core') },
];
