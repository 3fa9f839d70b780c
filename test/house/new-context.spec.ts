import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MADE, ROOT } from './tree.ts';

const NAME = 'canary';

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

// The whole takes 60 s on two cores: a second checkout is compiled, linted and tested.
describe('npm run new:context', () => {
  let copy: string;
  beforeAll(() => {
    copy = copyRepository();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const run = (script: string, ...args: string[]): { status: number | null; output: string } => {
    const child = spawnSync(process.execPath, [script, ...args], { cwd: copy, encoding: 'utf8' });
    return { status: child.status, output: child.status === 0 ? '' : `${child.stdout}${child.stderr}` };
  };
  const tsc = 'node_modules/typescript/bin/tsc';

  it('refuses a name that can be no context', () => {
    for (const name of ['', 'Canary', 'two-words', 'kernel', 'page', 'x; drop']) {
      expect([name, run('test/house/new-context.mjs', name).status]).toEqual([name, 2]);
    }
  });

  it('writes a context', () => {
    expect(run('test/house/new-context.mjs', NAME)).toEqual({ status: 0, output: '' });
    expect(run('test/house/new-context.mjs', NAME).status).toBe(2);
  }, 120_000);

  it('what it writes compiles, its domain without Node', () => {
    expect(run(tsc, '-b', `libs/${NAME}`)).toEqual({ status: 0, output: '' });
    expect(run(tsc, '-p', 'tsconfig.pure.json')).toEqual({ status: 0, output: '' });
    expect(run(tsc, '-p', 'tsconfig.spec.json')).toEqual({ status: 0, output: '' });
  }, 240_000);

  it('what it writes is linted and formatted', () => {
    const paths = [`libs/${NAME}`, 'libs/contracts', 'apps/all-in-one', 'test/journeys', 'tsconfig.json'];
    expect(run('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', ...paths.slice(0, -1))).toEqual({
      status: 0,
      output: '',
    });
    expect(run('node_modules/prettier/bin/prettier.cjs', '--check', ...paths)).toEqual({ status: 0, output: '' });
  }, 240_000);

  it('what it writes passes the house tests and its own', () => {
    const house = 'test/house/(?:circles|contexts|events|locks|operations|tables|text|tree)\\.spec';
    expect(run('node_modules/jest/bin/jest.js', house, `libs/${NAME}/`)).toEqual({ status: 0, output: '' });
  }, 240_000);
});
