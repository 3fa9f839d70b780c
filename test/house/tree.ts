import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The repository's root. */
export const ROOT = resolve(__dirname, '../..');

/** Made by tools, never by hand: left out of every walk, as .gitignore leaves them out of the repository. */
export const MADE = new Set(['node_modules', 'dist', '.git', '.nx', '.smartscan', 'coverage']);

/** Paths of all files below a folder, relative to the root, with `/`. */
export function filesBelow(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (MADE.has(entry.name)) continue;
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...filesBelow(path));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** Names of the entries at the root, without what tools make. */
export const topLevel = (): string[] => readdirSync(ROOT).filter((name) => !MADE.has(name));

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export const PROJECT_TYPES = [
  'pure',
  'contracts',
  'platform',
  'engine',
  'context',
  'testing',
  'sdk',
  'app',
  'ui',
  'test',
] as const;
export type ProjectType = (typeof PROJECT_TYPES)[number];

export interface Project {
  /** `identity`: the folder's name. */
  readonly name: string;
  /** `libs/identity` */
  readonly root: string;
  readonly packageName: string;
  readonly tags: readonly string[];
  /** Subpaths that others may import, each with the source that it stands for (`.` → `./src/index.ts`). */
  readonly exports: Readonly<Record<string, string>>;
}

interface PackageJson {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

function projectAt(root: string): Project {
  const json = JSON.parse(read(`${root}/package.json`)) as PackageJson;
  const entries = Object.entries(json.exports ?? {}).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [[subpath, target['@smartscan/source'] ?? ''] as const],
  );
  return {
    name: root.split('/')[1] ?? '',
    root,
    packageName: json.name,
    tags: json.nx?.tags ?? [],
    exports: Object.fromEntries(entries),
  };
}

/** Every lib and app. */
export const projects = (): Project[] =>
  ['apps', 'libs'].flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => projectAt(`${folder}/${name}`)));

export const ofType = (type: ProjectType): Project[] =>
  projects().filter((project) => project.tags.includes(`type:${type}`));

/** TypeScript that ships: neither tests nor declarations. */
export const shippedSources = (project: Project): string[] =>
  filesBelow(`${project.root}/src`).filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'));
