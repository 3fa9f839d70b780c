import { relative, resolve } from 'node:path';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import { builtinRules } from 'eslint/use-at-your-own-risk';
import tseslint from 'typescript-eslint';

// The boundary rule reads the project graph from a cache and, where there is none, skips itself and exits 0. So the
// graph is made here, before any file is linted: a checkout that was never built is judged as any other. Without the
// daemon, which would outlive the command and can hold a graph of yesterday.
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
if (pureLibs.length === 0 || contexts.length === 0) throw new Error('The project graph is empty: nothing would be checked.');
const under = (roots, path) => roots.map((root) => `${root}/${path}`);

const SPECS = ['**/*.spec.ts'];
const pureCode = [...under(pureLibs, 'src/**/*.ts'), ...under(contexts, 'src/domain/**/*.ts')];

/** Who may know whom. `spec`: what only tests may, since it never ships. */
const mayKnow = (spec) => {
  const testing = spec ? ['type:testing'] : [];
  const only = (tag, ...tags) => ({ sourceTag: `type:${tag}`, onlyDependOnLibsWithTags: tags.map((name) => `type:${name}`) });
  return [
    // Tests of pure code draw their cases with fast-check; the code itself stands on nothing.
    { ...only('pure', 'pure'), ...(spec ? {} : { bannedExternalImports: ['*'] }) },
    { ...only('contracts', 'pure'), allowedExternalImports: spec ? ['zod', 'fast-check'] : ['zod'] },
    only('platform', 'pure', 'contracts'),
    { ...only('context', 'pure', 'contracts', 'platform'), ...(spec && { onlyDependOnLibsWithTags: ['type:pure', 'type:contracts', 'type:platform', ...testing] }) },
    only('testing', 'pure', 'contracts', 'platform'),
    only('sdk', 'pure', 'contracts'),
    only('ui', 'pure', 'contracts', 'sdk'),
    only('app', 'pure', 'contracts', 'platform', 'context', 'testing', 'sdk', 'ui'),
  ];
};
