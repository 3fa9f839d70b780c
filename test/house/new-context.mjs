// Writes a bounded context that compiles, is linted, passes the house tests and runs: `npm run new:context NAME`.
// It learns of workspaces from identity, keeps them in a table, tells of each and answers one operation: replace each
// part by what the context is for.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import prettier from 'prettier';

const ROOT = join(import.meta.dirname, '../..');
/** What is written, and where to: the context, and the service that runs it alone. */
const TEMPLATES = { context: `libs/__name__`, service: `apps/__name__` };
/** Where every context there is stands in a list. */
const LISTS = ['apps/all-in-one/src/platform.ts', 'test/journeys/world.ts'];
/** The apps that hold every context: the laptop's process, and what brings the stores up to date. */
const APPS = ['apps/all-in-one', 'apps/migrate'];
/** Ours, for a cell on one machine: the first service listens here, each further one beside it. */
const FIRST_PORTS = { service: 7_441, ops: 9_461 };

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
  for (const [kind, place] of Object.entries(TEMPLATES)) {
    const folder = join(import.meta.dirname, kind);
    const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.tmpl'));
    for (const path of paths) {
      const target = path === 'contracts.ts.tmpl' ? 'libs/contracts/src/__name__.ts' : `${place}/${path.slice(0, -5)}`;
      files.set(fill(target), fill(await readFile(join(folder, path), 'utf8')));
    }
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
    json.references = [...before(json.references, `libs/${name}`), { path: `apps/${name}` }];
  });
  for (const app of APPS) {
    await changeJson(`${app}/tsconfig.json`, (json) => {
      json.references = [...json.references, { path: `../../libs/${name}` }];
    });
  }
}

/** An image, and a place in the cell on one machine. */
async function addToImages() {
  await change('Dockerfile', (text) =>
    text.replace(/^FROM plain AS runtime-migrate\n/m, `FROM plain AS runtime-${name}\n$&`),
  );
  await change('compose.yaml', (text) => {
    const at = text.match(/^ {6}SMARTSCAN_CERTIFICATES: /gm).length;
    const [service, ops] = [FIRST_PORTS.service + at, FIRST_PORTS.ops + at];
    const password = `d${String(at + 1).padStart(31, '0')}`;
    const block = `  ${name}:
    <<: *service
    build: { context: ., args: { APP: ${name} } }
    environment:
      <<: *settings
      SMARTSCAN_DATABASE_PASSWORDS: '{"${name}":"${password}"}'
      SMARTSCAN_CERTIFICATES: /certificates/${name}
      SMARTSCAN_OPS_PORT: '${ops}'
      SMARTSCAN_SERVICE_PORT: '${service}'
`;
    return text
      .replace(/^( {2}SMARTSCAN_SERVICE_ADDRESSES: .*)$/m, `$1,${name}=https://127.0.0.1:${service}`)
      .replace(/^( {8}for name in .*); do$/m, `$1 ${name}; do`)
      .replace(/^( {6}SMARTSCAN_DATABASE_PASSWORDS: '\{"gateway".*,.*)\}'$/m, `$1,"${name}":"${password}"}'`)
      .replace(/^configs:/m, `${block}\n$&`);
  });
}

/** What `npm install` would write into the lock file about a folder of ours. */
function lock(json, folder) {
  const { name: packageName, version, license, dependencies } = JSON.parse(files.get(`${folder}/package.json`));
  json.packages = withEntry(json.packages, folder, {
    name: packageName,
    version,
    license,
    dependencies: sortedByName(dependencies),
  });
  json.packages = withEntry(json.packages, `node_modules/${packageName}`, { resolved: folder, link: true });
}

async function addToApps() {
  const own = JSON.parse(files.get(`libs/${name}/package.json`));
  for (const app of APPS) {
    await changeJson(`${app}/package.json`, (json) => {
      json.dependencies[own.name] = own.version;
    });
  }
  await changeJson('package-lock.json', (json) => {
    for (const app of APPS) {
      const locked = json.packages[app];
      locked.dependencies = sortedByName({ ...locked.dependencies, [own.name]: own.version });
    }
    lock(json, `libs/${name}`);
    lock(json, `apps/${name}`);
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
  await symlink(`../../apps/${name}`, join(ROOT, `node_modules/@smartscan/app-${name}`), 'dir');
}

await addTemplates();
await addOwner();
await addToBuild();
await addToImages();
await addToApps();
await writeFiles();
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/contracts'], {
  cwd: ROOT,
  stdio: 'inherit',
});
execFileSync(process.execPath, [join(import.meta.dirname, 'update-locks.mjs')], { cwd: ROOT, stdio: 'inherit' });
console.log(
  `\nlibs/${name} stands, and apps/${name} runs it. Say in their READMEs what it is for, replace what it does, then: npm run check && npm test`,
);
