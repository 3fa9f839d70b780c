// Writes a bounded context that compiles, is linted, passes the house tests and runs: `npm run new:context NAME`.
// It learns of workspaces from identity, keeps them in a table, tells of each and answers one operation: replace each
// part by what the context is for.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import prettier from 'prettier';

const ROOT = join(import.meta.dirname, '../..');
const TEMPLATES = join(import.meta.dirname, 'context');
/** Where every context there is stands in a list. */
const LISTS = ['apps/all-in-one/src/platform.ts', 'test/journeys/world.ts'];
const APP = 'apps/all-in-one';

const [name = ''] = process.argv.slice(2);
// One word: it is a folder, a schema, a login role, a consumer group, a topic and an identifier. PostgreSQL cuts names
// at 63 bytes, and `smartscan_` stands before some of them.
if (!/^[a-z]{3,40}$/.test(name)) fail('Usage: npm run new:context NAME, where NAME is one word of lower-case letters.');
if (existsSync(join(ROOT, `libs/${name}`))) fail(`There is a lib called ${name} already.`);
if (existsSync(join(ROOT, `libs/contracts/src/${name}.ts`))) fail(`There are contracts called ${name} already.`);

function fail(message) {
  console.error(message);
  process.exit(2);
}

const read = (path) => readFile(join(ROOT, path), 'utf8');
const fill = (text) => text.replaceAll('__name__', name).replaceAll('__Name__', name[0].toUpperCase() + name.slice(1));

/** Every file that is written or changed, by path. Nothing is written before all of them are known. */
const files = new Map();

async function change(path, edit) {
  const before = files.get(path) ?? (await read(path));
  const after = edit(before);
  if (after === before) fail(`${path} does not look as expected; nothing was written.`);
  files.set(path, after);
}

async function changeJson(path, edit) {
  await change(path, (text) => {
    const json = JSON.parse(text);
    edit(json);
    return `${JSON.stringify(json, null, 2)}\n`;
  });
}

const sortedByName = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

/** With one more entry, where npm would put it. */
function withEntry(packages, key, value) {
  const entries = Object.entries(packages);
  const at = entries.findIndex(([other]) => other.localeCompare(key, 'en') > 0);
  return Object.fromEntries(entries.toSpliced(at, 0, [key, value]));
}

async function addTemplates() {
  const paths = (await readdir(TEMPLATES, { recursive: true })).filter((path) => path.endsWith('.tmpl'));
  for (const path of paths) {
    const target = path === 'contracts.ts.tmpl' ? `libs/contracts/src/${name}.ts` : `libs/${name}/${path.slice(0, -5)}`;
    files.set(fill(target), fill(await readFile(join(TEMPLATES, path), 'utf8')));
  }
}

async function addOwner() {
  await change('libs/contracts/src/owners.ts', (text) => text.replace(/(OWNERS = \[[^\]]*?),?\s*\]/, `$1, '${name}']`));
  await change('libs/contracts/src/all.ts', (text) =>
    text.replace(/(?:^import '\.\/\w+\.ts';\n)+/m, (block) =>
      [...block.trimEnd().split('\n'), `import './${name}.ts';`].sort().join('\n').concat('\n'),
    ),
  );
}

async function addToBuild() {
  const before = (references, path) =>
    references.toSpliced(
      references.findIndex((one) => one.path.endsWith('libs/testing')),
      0,
      { path },
    );
  await changeJson('tsconfig.json', (json) => {
    json.references = before(json.references, `libs/${name}`);
  });
  await changeJson(`${APP}/tsconfig.json`, (json) => {
    json.references = before(json.references, `../../libs/${name}`);
  });
}

async function addToApp() {
  const own = JSON.parse(files.get(`libs/${name}/package.json`));
  await changeJson(`${APP}/package.json`, (json) => {
    json.dependencies[own.name] = own.version;
  });
  await changeJson('package-lock.json', (json) => {
    const { version, license, dependencies } = own;
    const app = json.packages[APP];
    app.dependencies = sortedByName({ ...app.dependencies, [own.name]: version });
    json.packages = withEntry(json.packages, `libs/${name}`, {
      name: own.name,
      version,
      license,
      dependencies: sortedByName(dependencies),
    });
    json.packages = withEntry(json.packages, `node_modules/${own.name}`, { resolved: `libs/${name}`, link: true });
  });
  for (const path of LISTS) {
    await change(path, (text) =>
      text
        .replace(/(contexts: readonly Context\[\] = \[[^\]]*?),?\s*\]/, `$1, ${name}]`)
        .replace(/^import .* from '@smartscan\/identity';\n/m, `$&import { ${name} } from '@smartscan/${name}';\n`),
    );
  }
}

async function writeFiles() {
  for (const [path, text] of files) {
    const target = join(ROOT, path);
    const info = await prettier.getFileInfo(target, { ignorePath: join(ROOT, '.prettierignore') });
    const options = { ...(await prettier.resolveConfig(target)), filepath: target };
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, info.ignored || !info.inferredParser ? text : await prettier.format(text, options));
    console.log(path);
  }
  // What `npm install` would do, without asking the registry about everything else.
  await symlink(`../../libs/${name}`, join(ROOT, `node_modules/@smartscan/${name}`), 'dir');
}

await addTemplates();
await addOwner();
await addToBuild();
await addToApp();
await writeFiles();
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/contracts'], {
  cwd: ROOT,
  stdio: 'inherit',
});
execFileSync(process.execPath, [join(import.meta.dirname, 'update-locks.mjs')], { cwd: ROOT, stdio: 'inherit' });
console.log(
  `\nlibs/${name} stands. Say in its README what it is for, replace what it does, then: npm run check && npm test`,
);
