import ts from 'typescript';
import { parse, walk } from './imports.ts';
import { filesBelow, ofType, PROJECT_TYPES, projects, read, topLevel } from './tree.ts';

/** Words that say that a thing belongs nowhere: whatever is called so becomes a drawer. */
const DRAWERS = ['utils', 'util', 'helpers', 'helper', 'shared', 'common', 'misc', 'base', 'manager', 'managers'];

const FOLDERS = ['apps', 'libs', 'charts', 'models', 'terraform', 'k6', 'test', 'docs'];
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'LICENSE',
  'NOTICE',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
];
const CONFIGURATION = [
  '.ci',
  '.editorconfig',
  '.gitattributes',
  '.github',
  '.gitignore',
  '.dockerignore',
  '.npmrc',
  '.nvmrc',
  '.prettierignore',
  '.prettierrc.json',
  'Dockerfile',
  'compose.yaml',
  'eslint.config.mjs',
  'jest.cluster.config.cjs',
  'jest.config.cjs',
  'nx.json',
  'package-lock.json',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
  'tsconfig.pure.json',
  'tsconfig.spec.json',
];

const wordsOf = (name: string): string[] =>
  name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
const isDrawer = (name: string): boolean => wordsOf(name).some((word) => DRAWERS.includes(word));

describe('the tree', () => {
  it('has at its top what it has room for, and nothing else', () => {
    const allowed = new Set([...FOLDERS, ...DOCUMENTS, ...CONFIGURATION]);
    expect(topLevel().filter((name) => !allowed.has(name))).toEqual([]);
  });

  it('has no drawer: no folder or file is named so that anything fits in', () => {
    const paths = FOLDERS.filter((folder) => topLevel().includes(folder)).flatMap(filesBelow);
    expect(paths.filter((path) => path.split('/').some(isDrawer))).toEqual([]);
  });

  it('is linted as a whole, and a warning counts as an error', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(scripts['check']).toContain('npm run -s check:lint');
    expect(scripts['check:lint']).toMatch(/^eslint \. --max-warnings 0/);
  });

  it('has no class or type that is named so that anything fits in', () => {
    const sources = ['apps', 'libs', 'test'].flatMap(filesBelow).filter((path) => path.endsWith('.ts'));
    const found = sources.flatMap((path) => {
      const names: string[] = [];
      walk(parse(path), (node) => {
        const declared =
          ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
        if (declared && node.name && isDrawer(node.name.text)) names.push(`${path}: ${node.name.text}`);
      });
      return names;
    });
    expect(found).toEqual([]);
  });
});

describe('projects', () => {
  it.each(projects().map((project) => [project.root, project] as const))(
    '%s has exactly one tag, its type',
    (_, project) => {
      expect(project.tags).toHaveLength(1);
      expect(PROJECT_TYPES.map((type) => `type:${type}`)).toContain(project.tags[0]);
    },
  );

  it.each(projects().map((project) => [project.root, project] as const))('%s is a part of the build', (root) => {
    const { references } = JSON.parse(read('tsconfig.json')) as { references: { path: string }[] };
    expect(references.map(({ path }) => path)).toContain(root);
  });

  it.each(projects().map(({ root }) => [root]))('%s says in a README what it is', (root) => {
    expect(filesBelow(root)).toContain(`${root}/README.md`);
    expect(read(`${root}/README.md`)).toMatch(/^# \S.*\n\n\S/);
  });
});

const SECTIONS = ['Owns', 'Does not own', 'Emits', 'Listens to', 'Invariants', 'Tables'];
/** A heading, or words in bold at the start of a line. */
const SECTION = /^(?:## (.+)|\*\*(.+?)\*\*)/;

describe('contexts', () => {
  it.each(ofType('context').map(({ root }) => [root]))(
    'the README of %s fits on a screen and tells the same in the same order as all',
    (root) => {
      const lines = read(`${root}/README.md`).trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(60);
      const sections = lines.map((line) => SECTION.exec(line)).map((match) => match?.[1] ?? match?.[2] ?? '');
      expect(sections.filter((section) => SECTIONS.includes(section))).toEqual(SECTIONS);
    },
  );

  it.each(ofType('context').map(({ root }) => [root]))('%s is laid out as all contexts are', (root) => {
    const entries = new Set(filesBelow(`${root}/src`).map((path) => path.slice(`${root}/src/`.length).split('/')[0]));
    expect([...entries].filter((name) => !['domain', 'app', 'adapters', 'index.ts'].includes(name ?? ''))).toEqual([]);
    const indexes = filesBelow(`${root}/src`).filter((path) => path.endsWith('/index.ts'));
    expect(indexes).toEqual([`${root}/src/index.ts`]);
  });
});
