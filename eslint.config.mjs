import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import { builtinRules } from 'eslint/use-at-your-own-risk';
import tseslint from 'typescript-eslint';

// The boundary rule reads the project graph from a cache and, where there is none, skips itself and exits 0. So the
// graph is made here, before any file is linted: a checkout that was never built is judged as any other. Without the
// daemon, which would outlive the command and may hold yesterday's graph.
process.env.NX_DAEMON = 'false';
const { createProjectGraphAsync } = await import('@nx/devkit');
const graph = await createProjectGraphAsync({ exitOnError: false });

/** Folders of the projects that carry a tag, such as `libs/kernel`. */
const rootsOf = (tag) =>
  Object.values(graph.nodes)
    .filter((node) => node.data.tags?.includes(tag))
    .map((node) => node.data.root);
const pureLibs = rootsOf('type:pure');
const contexts = rootsOf('type:context');
/** A context's domain and adapters without the context: what does the work, and owns no table and no operation. */
const engines = rootsOf('type:engine');
if (pureLibs.length === 0 || contexts.length === 0)
  throw new Error('The project graph is empty: it would let all pass.');

const under = (roots, ...paths) => roots.flatMap((root) => paths.map((path) => `${root}/${path}`));
const SPECS = ['**/*.spec.ts'];
const EVERY_LIB = ['libs/*/src/**/*.ts'];

// --- Who may know whom: the one dimension of tags -------------------------------------------------------------------

const knows = (tag, ...tags) => ({
  sourceTag: `type:${tag}`,
  onlyDependOnLibsWithTags: tags.map((name) => `type:${name}`),
});
const boundaries = ({ inSpecs }) => [
  'error',
  {
    allow: [],
    // Suites that every adapter of a port must pass live in testing, which knows the ports: the platform's own tests
    // run them. Only tests close this circle; what ships is held by the tags.
    ignoredCircularDependencies: [['@smartscan/platform', '@smartscan/testing']],
    depConstraints: [
      // Tests of pure code draw their cases with fast-check; the code itself stands on nothing.
      { ...knows('pure', 'pure'), ...(inSpecs ? {} : { bannedExternalImports: ['*'] }) },
      { ...knows('contracts', 'pure'), allowedExternalImports: ['zod', ...(inSpecs ? ['fast-check'] : [])] },
      knows('platform', 'pure', 'contracts', ...(inSpecs ? ['testing'] : [])),
      knows('engine', 'pure', 'platform', ...(inSpecs ? ['testing'] : [])),
      knows('context', 'pure', 'contracts', 'platform', 'engine', ...(inSpecs ? ['testing'] : [])),
      knows('testing', 'pure', 'contracts', 'platform'),
      knows('sdk', 'pure', 'contracts'),
      knows('ui', 'pure', 'contracts', 'sdk'),
      knows('app', 'pure', 'contracts', 'platform', 'engine', 'context', 'testing', 'sdk', 'ui'),
    ],
  },
];

// --- Rings inside a context: adapters → app → domain ----------------------------------------------------------------

const imports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const allowOnly = (allowed, message) => ({ regex: `^(?!\\.{1,2}/|(?:${allowed})$)`, message });
const notInto = (folders, message) => ({ regex: `^\\.{1,2}/(?:.*/)?(?:${folders})(?:/|\\.ts$)`, message });
const NO_PLACE = {
  regex: '^@smartscan/platform/(?:embedded|cluster)$',
  message: 'No context can tell in which place it runs.',
};

const rings = [
  {
    files: under(pureLibs, 'src/**/*.ts'),
    rules: imports(allowOnly('@smartscan/(?:kernel|signal)', 'Pure code stands on pure code only.')),
  },
  {
    files: under(rootsOf('type:contracts'), 'src/**/*.ts'),
    rules: imports(allowOnly('@smartscan/kernel|zod', 'Contracts are read everywhere, also in a browser.')),
  },
  {
    files: under([...contexts, ...engines], 'src/domain/**/*.ts'),
    rules: imports(
      allowOnly('@smartscan/(?:kernel|signal)', 'domain/ knows itself, kernel and signal.'),
      notInto('app|adapters|index', 'domain/ is the innermost ring.'),
    ),
  },
  {
    files: under(contexts, 'src/app/**/*.ts'),
    rules: imports(
      allowOnly(
        '@smartscan/(?:kernel|signal|contracts/.+|platform/ports)|zod|@mikro-orm/core',
        'app/ knows domain, contracts, kernel, signal and the ports; Nest, vendors and Node live in adapters/.',
      ),
      notInto('adapters|index', 'app/ does not know who serves it.'),
      {
        regex: '^@mikro-orm/core$',
        allowImportNamePattern: '^p$',
        message: 'Of the mapper, only the column types that tables are declared with; a store is given its Tx.',
      },
    ),
  },
  {
    files: under([...contexts, ...engines], 'src/adapters/**/*.ts'),
    rules: imports(notInto('index', 'The list knows the adapters, not the other way round.'), NO_PLACE),
  },
  {
    files: under(contexts, 'src/index.ts'),
    rules: imports(allowOnly('@smartscan/.+|zod', 'The list names what is inside; it does nothing itself.'), NO_PLACE),
  },
].map((ring) => ({ ...ring, ignores: SPECS }));

// --- Time, chance and waiting ---------------------------------------------------------------------------------------

const TIME_AND_CHANCE = [
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'Take the time as an argument.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Take the time as an argument.' },
  { selector: 'CallExpression[callee.name="Date"]', message: 'Take the time as an argument.' },
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'Take chance as an argument.' },
];
const WAITING = [
  { selector: 'AwaitExpression', message: 'Pure code is synchronous.' },
  { selector: ':function[async=true]', message: 'Pure code is synchronous.' },
  { selector: 'ForOfStatement[await=true]', message: 'Pure code is synchronous.' },
  { selector: 'ImportExpression', message: 'Pure code is loaded with what it stands on.' },
];

// --- Sizes ----------------------------------------------------------------------------------------------------------

/** The core rule, but a `describe` is a chapter, not a function: its tests are measured, it is not. */
const maxLinesPerFunction = {
  meta: builtinRules.get('max-lines-per-function').meta,
  create: (context) =>
    builtinRules.get('max-lines-per-function').create(
      Object.create(context, {
        report: { value: (found) => (isDescribe(found.node.parent) ? undefined : context.report(found)) },
      }),
    ),
};
function isDescribe(node) {
  if (node?.type !== 'CallExpression') return false;
  let { callee } = node;
  while (callee.type === 'MemberExpression' || callee.type === 'CallExpression')
    callee = callee.object ?? callee.callee;
  return callee.name === 'describe';
}

const code = { skipBlankLines: true, skipComments: true };
const sizes = {
  'max-lines': ['error', { max: 300, ...code }],
  'house/max-lines-per-function': ['error', { max: 60, IIFEs: true, ...code }],
  'max-params': ['error', 4],
  complexity: ['error', 10],
  'max-depth': ['error', 3],
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', 'coverage/', '.smartscan/'] },
  // No comment can switch a rule off: an exception is a line here, with its reason.
  { linterOptions: { noInlineConfig: true } },
  {
    plugins: {
      '@nx': nx,
      'import-x': importX,
      '@typescript-eslint': tseslint.plugin,
      house: { rules: { 'max-lines-per-function': maxLinesPerFunction } },
    },
  },
  js.configs.recommended,
  { rules: { ...sizes, eqeqeq: ['error', 'always', { null: 'ignore' }], 'no-var': 'error', 'prefer-const': 'error' } },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'Buffer',
          'URL',
          'performance',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'setImmediate',
          'fetch',
          'AbortController',
          'AbortSignal',
          'TextEncoder',
          'TextDecoder',
          'structuredClone',
          'module',
          'require',
          '__dirname',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      // One program over sources and tests of all projects: an editor's view, and faster than a program per project.
      parserOptions: { project: 'tsconfig.spec.json', tsconfigRootDir: import.meta.dirname },
    },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/external-module-folders': ['node_modules'],
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ conditionNames: ['@smartscan/source', 'types', 'import', 'node', 'default'] }),
      ],
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inSpecs: false }),
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      // The compiler reports them already (noUnusedLocals, noUnusedParameters).
      '@typescript-eslint/no-unused-vars': 'off',
      'no-undef': 'off',
    },
  },
  { files: SPECS, rules: { '@nx/enforce-module-boundaries': boundaries({ inSpecs: true }) } },
  ...rings,
  {
    files: [...under(pureLibs, 'src/**/*.ts'), ...under([...contexts, ...engines], 'src/domain/**/*.ts')],
    ignores: SPECS,
    rules: { 'no-restricted-syntax': ['error', ...TIME_AND_CHANCE, ...WAITING] },
  },
  {
    // Use cases ask the Clock and the Ids that they are given, so that tests can say what time it is.
    files: [...under(contexts, 'src/app/**/*.ts'), ...under(rootsOf('type:contracts'), 'src/**/*.ts')],
    ignores: SPECS,
    rules: { 'no-restricted-syntax': ['error', ...TIME_AND_CHANCE] },
  },
  { files: EVERY_LIB, rules: { 'no-console': 'error' } },
  {
    // Of an app, only what is started reads the environment; what it calls is given what it needs.
    files: ['apps/*/src/**/*.ts'],
    ignores: ['apps/*/src/main.ts', 'apps/migrate/src/replay.ts', 'apps/score/src/*.ts', ...SPECS],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env' }] },
  },
  {
    files: EVERY_LIB,
    ignores: [
      '**/*.int.spec.ts',
      // Supervises child processes: signals, user ids, liveness of a pid.
      'libs/platform/src/embedded/postgres/**',
      // Asks whether the key file is this user's own.
      'libs/platform/src/keys/local-key-file.ts',
      // The decoder's child process, and the worker threads that run models.
      'libs/vitals/src/adapters/scan/**',
      'libs/inference/src/adapters/threads/thread.ts',
      // Runs ffmpeg, and reads the CPU time of tests.
      'libs/testing/src/**',
    ],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', 'process', 'node:process'],
      'no-restricted-globals': [
        'error',
        { globals: [{ name: 'process', message: 'Configuration is read once, in main.ts.' }], checkGlobalObject: true },
      ],
    },
  },
);
