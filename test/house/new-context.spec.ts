import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MADE, ROOT } from './tree.ts';

const NAME = 'specimen';

/** The repository's sources in a folder of their own, with the packages of this one and links to its own libs. */
function copyRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'smartscan-copy-'));
  const filter = (path: string): boolean => !MADE.has(basename(path)) && !path.endsWith('.onnx');
  for (const name of readdirSync(ROOT).filter((entry) => !MADE.has(entry))) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter });
  }
  const packages = join(copy, 'node_modules');
  mkdirSync(join(packages, '@smartscan'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((entry) => entry !== '@smartscan')) {
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
  }
  for (const folder of ['apps', 'libs']) {
    for (const name of readdirSync(join(copy, folder))) {
      const json = JSON.parse(readFileSync(join(copy, folder, name, 'package.json'), 'utf8')) as { name: string };
      symlinkSync(`../../${folder}/${name}`, join(packages, json.name));
    }
  }
  return copy;
}

describe('npm run new:context', () => {
  let copy: string;
  let written: string[];
  beforeAll(() => {
    copy = copyRepository();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  /** What a command says when it fails. */
  const failureOf = (script: string, ...args: string[]): string => {
    const child = spawnSync(process.execPath, [script, ...args], { cwd: copy, encoding: 'utf8' });
    return child.status === 0 ? '' : `exit ${child.status}\n${child.stdout}${child.stderr}`;
  };
  const tsc = 'node_modules/typescript/bin/tsc';
  // On two cores the five take 60 s, and twice as long beside other work: a second checkout is compiled and tested.
  const PATIENCE_MS = 240_000;

  it('refuses a name that can be no context', () => {
    for (const name of ['', 'Specimen', 'two-words', 'kernel', 'page', 'x; drop']) {
      expect(failureOf('test/house/new-context.mjs', name)).toMatch(/^exit 2/);
    }
  });

  it(
    'writes a context, once',
    () => {
      const script = ['test/house/new-context.mjs', NAME];
      const child = spawnSync(process.execPath, script, { cwd: copy, encoding: 'utf8' });
      expect([child.status, child.stderr]).toEqual([0, '']);
      written = child.stdout.split('\n').filter((line) => line !== '' && existsSync(join(copy, line)));
      expect(written).toEqual(expect.arrayContaining([`libs/${NAME}/src/index.ts`, `libs/contracts/src/${NAME}.ts`]));
      expect(failureOf('test/house/new-context.mjs', NAME)).toMatch(/^exit 2/);
    },
    PATIENCE_MS,
  );

  it(
    'what it writes compiles, its domain without Node',
    () => {
      const include = written.filter((path) => path.endsWith('.ts'));
      writeFileSync(join(copy, 'tsconfig.written.json'), JSON.stringify({ extends: './tsconfig.spec.json', include }));
      expect(failureOf(tsc, '-b', `libs/${NAME}`, `apps/${NAME}`)).toBe('');
      expect(failureOf(tsc, '-p', 'tsconfig.pure.json')).toBe('');
      expect(failureOf(tsc, '-p', 'tsconfig.written.json')).toBe('');
    },
    PATIENCE_MS,
  );

  it(
    'what it writes is linted and formatted',
    () => {
      const sources = written.filter((path) => path.endsWith('.ts'));
      expect(failureOf('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', ...sources)).toBe('');
      expect(failureOf('node_modules/prettier/bin/prettier.cjs', '--check', '--ignore-unknown', ...written)).toBe('');
    },
    PATIENCE_MS,
  );

  it(
    'what it writes passes the house tests and its own',
    () => {
      rmSync(join(copy, 'tsconfig.written.json'));
      const house = 'test/house/(?:circles|contexts|events|locks|operations|tables|text|tree)\\.spec';
      expect(failureOf('node_modules/jest/bin/jest.js', house, `libs/${NAME}/`)).toBe('');
    },
    PATIENCE_MS,
  );
});
