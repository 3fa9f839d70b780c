import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fromRoot, ofType, ROOT, shippedSources, type ProjectType } from './tree.ts';

/** A file that is there: rules that know types judge only what a program holds. Its own text is left out of account. */
function somewhereIn(type: ProjectType, ring: string): string {
  const found = ofType(type)
    .flatMap(shippedSources)
    .find((path) => path.split('/').slice(2).join('/').startsWith(`${ring}/`));
  if (!found) throw new Error(`No source in ${ring} of any project of type ${type}.`);
  return found;
}

const otherContext = (path: string): string => {
  const other = ofType('context').find((project) => !path.startsWith(`${project.root}/`));
  return other?.packageName ?? '';
};

const lines = (count: number): string => 'export {};\n'.repeat(count);
const longFunction = (wrap: (body: string) => string): string => wrap('  void 0;\n'.repeat(61));
const PROMISE = 'const later = async (): Promise<void> => {};';

interface Bad {
  readonly says: string;
  readonly at: string;
  readonly code: string | ((path: string) => string);
  readonly rule: string;
  readonly message?: RegExp;
}

const pure = somewhereIn('pure', 'src');
const contracts = somewhereIn('contracts', 'src');
const platform = somewhereIn('platform', 'src');
const domain = somewhereIn('context', 'src/domain');
const app = somewhereIn('context', 'src/app');
const adapters = somewhereIn('context', 'src/adapters');
const main = somewhereIn('app', 'src');
const spec = fromRoot(__filename);
const index = `${ofType('context')[0]?.root}/src/index.ts`;

const BAD: readonly Bad[] = [
  {
    says: 'one context may not import another',
    at: adapters,
    code: (path) => `import * as other from '${otherContext(path)}';\nexport const x = other;`,
    rule: '@nx/enforce-module-boundaries',
    message: /can only depend on libs tagged/,
  },
  {
    says: 'one context may not reach into another by path',
    at: adapters,
    code: (path) =>
      `import * as other from '${'../'.repeat(path.split('/').length - 2)}${otherContext(path).split('/')[1]}/src/index.ts';\nexport const x = other;`,
    rule: '@nx/enforce-module-boundaries',
    message: /cannot be imported by a relative/,
  },
  {
    says: 'a context imports what is for tests in tests only',
    at: adapters,
    code: "import * as testing from '@smartscan/testing';\nexport const x = testing;",
    rule: '@nx/enforce-module-boundaries',
    message: /can only depend on libs tagged/,
  },
  {
    says: 'the platform knows no context',
    at: platform,
    code: `import * as some from '${otherContext('')}';\nexport const x = some;`,
    rule: '@nx/enforce-module-boundaries',
  },
  {
    says: 'contracts know no platform',
    at: contracts,
    code: "import * as ports from '@smartscan/platform/ports';\nexport const x = ports;",
    rule: '@nx/enforce-module-boundaries',
    message: /can only depend on libs tagged/,
  },
  {
    says: 'of foreign packages, contracts know zod only',
    at: contracts,
    code: "import { Injectable } from '@nestjs/common';\nexport const x = Injectable;",
    rule: '@nx/enforce-module-boundaries',
    message: /not allowed to import/,
  },
  {
    says: 'pure libs know no foreign package',
    at: pure,
    code: "import { z } from 'zod';\nexport const x = z;",
    rule: '@nx/enforce-module-boundaries',
    message: /not allowed to import/,
  },
  {
    says: 'pure libs know nothing of Node',
    at: pure,
    code: "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'an app imports no test',
    at: main,
    code: "import * as tree from '../../../test/house/tree.ts';\nexport const x = tree;",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    says: 'domain knows no Nest',
    at: domain,
    code: "import { Injectable } from '@nestjs/common';\nexport const x = Injectable;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'domain knows no contracts',
    at: domain,
    code: "import { field } from '@smartscan/contracts/event';\nexport const x = field;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'domain knows no use case',
    at: domain,
    code: "import * as app from '../app/x.ts';\nexport const x = app;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'domain never waits',
    at: domain,
    code: 'export const f = async (x: Promise<void>): Promise<void> => {\n  await x;\n};',
    rule: 'no-restricted-syntax',
    message: /synchronous/,
  },
  {
    says: 'domain asks no clock',
    at: domain,
    code: 'export const x = Date.now();',
    rule: 'no-restricted-syntax',
    message: /time/,
  },
  {
    says: 'domain asks no clock by a new Date',
    at: domain,
    code: 'export const x = new Date();',
    rule: 'no-restricted-syntax',
    message: /time/,
  },
  {
    says: 'domain throws no dice',
    at: domain,
    code: 'export const x = Math.random();',
    rule: 'no-restricted-syntax',
    message: /chance/,
  },
  {
    says: 'pure libs ask no clock',
    at: pure,
    code: 'export const x = Date.now();',
    rule: 'no-restricted-syntax',
    message: /time/,
  },
  {
    says: 'use cases ask the clock they are given',
    at: app,
    code: 'export const x = new Date();',
    rule: 'no-restricted-syntax',
    message: /time/,
  },
  {
    says: 'use cases know no adapter',
    at: app,
    code: "import * as adapters from '../adapters/x.ts';\nexport const x = adapters;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'use cases know no Nest',
    at: app,
    code: "import { Injectable } from '@nestjs/common';\nexport const x = Injectable;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'use cases know of the platform its ports only',
    at: app,
    code: "import { compose } from '@smartscan/platform';\nexport const x = compose;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'use cases get their entity manager from the Tx',
    at: app,
    code: "import { MikroORM } from '@mikro-orm/core';\nexport const x = MikroORM;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'no context can tell in which place it runs',
    at: index,
    code: "import * as place from '@smartscan/platform/embedded';\nexport const x = place;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'a context is a list that knows no framework',
    at: index,
    code: "import { Module } from '@nestjs/common';\nexport const x = Module;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'an import circle',
    at: 'libs/kernel/src/fault.ts',
    code: "import { makeId } from './index.ts';\nexport const x = makeId;",
    rule: 'import-x/no-cycle',
  },
  {
    says: 'a promise that nobody waits for',
    at: pure,
    code: `${PROMISE}\nlater();`,
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    says: 'a promise where a condition is asked',
    at: pure,
    code: `${PROMISE}\nexport const x = later() ? 1 : 2;`,
    rule: '@typescript-eslint/no-misused-promises',
  },
  {
    says: 'a switch that forgets a case',
    at: pure,
    code: "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n  }\n}",
    rule: '@typescript-eslint/switch-exhaustiveness-check',
  },
  { says: 'any', at: pure, code: 'export const x: any = 1;', rule: '@typescript-eslint/no-explicit-any' },
  {
    says: 'a type that is imported as a value',
    at: platform,
    code: "import { Fault } from '@smartscan/kernel';\nexport type X = Fault;",
    rule: '@typescript-eslint/consistent-type-imports',
  },
  { says: 'a file of more than 300 lines', at: pure, code: lines(301), rule: 'max-lines' },
  {
    says: 'a function of more than 60 lines',
    at: pure,
    code: longFunction((body) => `export function f(): void {\n${body}}\n`),
    rule: 'house/max-lines-per-function',
  },
  {
    says: 'a test of more than 60 lines',
    at: spec,
    code: longFunction((body) => `describe('a', () => {\n  it('b', () => {\n${body}  });\n});\n`),
    rule: 'house/max-lines-per-function',
  },
  {
    says: 'more than 4 parameters',
    at: pure,
    code: 'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;',
    rule: 'max-params',
  },
  {
    says: 'more than 10 ways through a function',
    at: pure,
    code: `export const f = (a: boolean): boolean => ${Array(11).fill('a').join(' || ')};`,
    rule: 'complexity',
  },
  {
    says: 'more than 3 levels of depth',
    at: pure,
    code: 'export function f(a: boolean): void {\n  if (a) if (!a) if (a) if (!a) void a;\n}',
    rule: 'max-depth',
  },
  { says: 'the console in a lib', at: platform, code: "console.log('x');", rule: 'no-console' },
  {
    says: 'the environment outside main.ts',
    at: platform,
    code: 'export const x = process.env;',
    rule: 'no-restricted-globals',
  },
  {
    says: 'the environment by another name',
    at: app,
    code: 'export const x = globalThis.process.env;',
    rule: 'no-restricted-globals',
  },
  {
    says: 'the environment by import',
    at: platform,
    code: "import process from 'node:process';\nexport const x = process.env;",
    rule: 'no-restricted-imports',
  },
  {
    says: 'a comment that would switch a rule off',
    at: domain,
    code: `/* ${['eslint', 'disable'].join('-')} */\nexport const x = Date.now();`,
    rule: 'no-restricted-syntax',
  },
];

const GOOD: readonly { readonly says: string; readonly at: string; readonly code: string }[] = [
  {
    says: 'a describe may be as long as its tests',
    at: spec,
    code: `${longFunction((body) => `describe('a', () => {\n${body}});\n`)}`,
  },
  {
    says: 'the clock may be computed with',
    at: domain,
    code: 'export const x = (nowMs: number): string => new Date(nowMs).toISOString();',
  },
  {
    says: 'tables are declared with the column types',
    at: app,
    code: "import { p } from '@mikro-orm/core';\nexport const x = p.text();",
  },
];

interface Found {
  readonly rule: string;
  readonly message: string;
}

/** With an empty cache, as on a fresh machine: there the boundary rule would skip itself, did we not make its graph. */
async function lint(cases: readonly { readonly path: string; readonly code: string }[]): Promise<Found[][]> {
  const cache = mkdtempSync(join(tmpdir(), 'smartscan-graph-'));
  try {
    const child = spawn(process.execPath, ['test/house/lint-text.mjs'], {
      cwd: ROOT,
      env: { ...process.env, NX_WORKSPACE_DATA_DIRECTORY: cache },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(JSON.stringify(cases));
    return JSON.parse(await text(child.stdout)) as Found[][];
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

describe('the boundaries are awake', () => {
  let bad: Found[][];
  let good: Found[][];

  beforeAll(async () => {
    const cases = [...BAD, ...GOOD].map(({ at, code }) => ({
      path: at,
      code: typeof code === 'string' ? code : code(at),
    }));
    const found = await lint(cases);
    [bad, good] = [found.slice(0, BAD.length), found.slice(BAD.length)];
  }, 180_000);

  it.each(BAD.map((one, at) => [one.says, one, at] as const))('refused: %s', (_says, { rule, message }, at) => {
    const found = (bad[at] ?? []).filter((one) => one.rule === rule);
    expect({ found: bad[at], matching: found.some((one) => message?.test(one.message) ?? true) }).toMatchObject({
      matching: true,
    });
  });

  it.each(GOOD.map(({ says }, at) => [says, at] as const))('allowed: %s', (_says, at) => {
    expect(good[at]).toEqual([]);
  });
});
