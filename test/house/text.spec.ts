import { filesBelow, read, topLevel } from './tree.ts';

const TEXT = /\.(ts|tsx|mjs|cjs|js|json|md|sql|ya?ml|tpl|tf|hcl|sh|py|css|html|txt)$|(^|\/)[^.]+$|(^|\/)\.[a-z]+$/;
const MACHINE_MADE = /^package-lock\.json$|^LICENSE$/;
const paths = filesBelow('.').filter((path) => TEXT.test(path) && !MACHINE_MADE.test(path));
const texts = new Map(paths.map((path) => [path, read(path)]));

/** Every place where a pattern stands, as `path:line: text`. */
function places(pattern: RegExp): string[] {
  return [...texts].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

// Spelled so that this file does not find itself.
const word = (...parts: string[]): string => parts.join('');
const anyOf = (words: readonly string[], flags = ''): RegExp => new RegExp(`\\b(?:${words.join('|')})\\b`, flags);

describe('the text', () => {
  it('nothing is exempt from a check: no comment switches a rule or the compiler off', () => {
    const switches = [
      word('eslint-', 'disable'),
      word('@ts-', 'ignore'),
      word('@ts-', 'nocheck'),
      word('@ts-', 'expect-error'),
      word('prettier-', 'ignore'),
      word('istanbul ', 'ignore'),
      word('c8 ', 'ignore'),
    ];
    expect(places(new RegExp(switches.join('|')))).toEqual([]);
  });

  it('nothing is left for later in a comment', () => {
    expect(places(anyOf([word('TO', 'DO'), word('FIX', 'ME'), word('XX', 'X')]))).toEqual([]);
  });

  it('no test is skipped or runs alone', () => {
    const sources = places(/\b(?:it|test|describe)\.(?:skip|only|todo|failing)\b|\b(?:xit|xdescribe|fit|fdescribe)\(/);
    expect(sources.filter((place) => !place.startsWith('test/house/text.spec.ts'))).toEqual([]);
  });

  it('no path of somebody’s machine stands in it', () => {
    const folders = [
      word('/wo', 'rk'),
      word('/ho', 'me'),
      word('/Us', 'ers'),
      word('/ro', 'ot'),
      word('/tmp/', 'bash_jobs'),
    ];
    expect(places(new RegExp(`(?:^|[\\s'"\`(=:])(?:${folders.join('|')})/`))).toEqual([]);
  });

  it('it speaks of the product, not of how it was written', () => {
    const names = [
      word('cl', 'aude'),
      word('anth', 'ropic'),
      word('chat', 'gpt'),
      word('co', 'pilot'),
      word('sub', 'agents?'),
    ];
    const documents = [word('HO', 'USE'), word('FA', 'CTS'), word('PROM', 'ISES'), word('VIT', 'ALS')];
    expect([...places(anyOf(names, 'i')), ...places(anyOf(documents.map((name) => `${name}\\.md`)))]).toEqual([]);
  });
});

interface LockedPackage {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('the lock file', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };

  it('names the public registry or a folder of ours for every package', () => {
    const elsewhere = Object.entries(packages).filter(
      ([, { resolved, link }]) =>
        resolved !== undefined && !link && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere.map(([path, { resolved }]) => `${path}: ${resolved}`)).toEqual([]);
  });

  it('pins the contents of every package that is fetched', () => {
    const loose = Object.entries(packages).filter(
      ([path, { link, integrity }]) => path.includes('node_modules/') && !link && integrity === undefined,
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it('asks for no optional package that it does not hold: `npm ci` would refuse to begin', () => {
    const held = Object.keys(packages);
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
      .filter((name) => !held.some((path) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });

  it('everything that we name is pinned to one version', () => {
    const manifests = [
      'package.json',
      ...['apps', 'libs'].flatMap(filesBelow).filter((path) => path.endsWith('package.json')),
    ];
    const loose = manifests.flatMap((path) => {
      const json = JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
      return ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']
        .flatMap((kind) => Object.entries(json[kind] ?? {}))
        .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version))
        .map(([name, version]) => `${path}: ${name} ${version}`);
    });
    expect(loose).toEqual([]);
    expect(topLevel()).toContain('package-lock.json');
  });
});
