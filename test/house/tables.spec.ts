import { UnderscoreNamingStrategy } from '@mikro-orm/core';
import type { Context, Table } from '@smartscan/platform/ports';
import { contextOf } from './contexts.ts';
import { tablesOf } from './sql.ts';
import { filesBelow, ofType, read, type Project } from './tree.ts';

const naming = new UnderscoreNamingStrategy();

interface Property {
  readonly nullable?: boolean;
  readonly fieldName?: string;
  readonly persist?: boolean;
}

/** The columns that a declaration names, as the database calls them. */
function declaredColumns(table: Table): Record<string, 'required' | 'optional'> {
  const properties = Object.entries(table.entity.meta.properties as Record<string, Property>);
  return Object.fromEntries(
    properties
      .filter(([, { persist }]) => persist !== false)
      .map(([name, { fieldName, nullable }]) => [
        fieldName ?? naming.propertyToColumnName(name),
        nullable ? 'optional' : 'required',
      ]),
  );
}

const declared = (context: Context): object =>
  Object.fromEntries(context.tables.map((table) => [table.name, declaredColumns(table)]));

const migrationsOf = ({ root }: Project): string[] =>
  filesBelow(`${root}/migrations`).filter((path) => path.endsWith('.sql'));

const migrated = (project: Project): object =>
  Object.fromEntries(
    [...tablesOf(migrationsOf(project).sort().map(read))].map(([name, columns]) => [name, Object.fromEntries(columns)]),
  );

const projects = ofType('context').map((project) => [project.root, project] as const);

describe('tables', () => {
  it.each(projects)(
    'P01: the migrations of %s make the tables that it declares, column by column, and no others',
    async (_, project) => {
      expect(migrated(project)).toEqual(declared(await contextOf(project)));
    },
  );

  it.each(projects)('%s names each table once, as its own', async (_, project) => {
    const { name, tables } = await contextOf(project);
    expect(tables.map(({ owner }) => owner).filter((owner) => owner !== name)).toEqual([]);
    expect(new Set(tables.map((table) => table.name)).size).toBe(tables.length);
  });

  it.each(projects)(
    '%s declares tenant, subject and clock by columns that there are, or says why not',
    async (_, project) => {
      for (const table of (await contextOf(project)).tables) {
        const columns = Object.keys(declaredColumns(table));
        const clock = 'from' in table.clock ? table.clock.from : table.clock;
        for (const column of [table.tenantColumn, table.subjectColumn, clock]) {
          if (typeof column === 'string') expect(columns).toContain(column);
          else expect(column.none).toMatch(/\S.{9,}/);
        }
      }
    },
  );

  it.each(projects)(
    'P13: %s keeps protected health information by its tenant and with an end only',
    async (_, project) => {
      for (const table of (await contextOf(project)).tables.filter(({ phi }) => phi)) {
        expect([table.fullName, typeof table.tenantColumn, 'from' in table.clock]).toEqual([
          table.fullName,
          'string',
          true,
        ]);
      }
    },
  );

  it.each(projects)('migrations of %s are numbered without a gap', (_, project) => {
    const numbers = migrationsOf(project).map((path) => /\/(\d{4})_[a-z0-9_]+\.sql$/.exec(path)?.[1]);
    expect(numbers.sort()).toEqual(numbers.map((_number, at) => String(at + 1).padStart(4, '0')));
  });

  it.each(projects)('the README of %s lists its tables', async (_, project) => {
    const names = (await contextOf(project)).tables.map(({ name }) => name);
    expect(names.filter((name) => !read(`${project.root}/README.md`).includes(`\`${name}\``))).toEqual([]);
  });
});

describe('reading migrations', () => {
  it('understands how tables come, change and go', () => {
    const tables = tablesOf([
      `CREATE TABLE IF NOT EXISTS a ( -- with, a comment; in it
         id text PRIMARY KEY, "n" numeric(10, 2) DEFAULT 1, s text NOT NULL CHECK (s IN ('x, y', ';)')),
         CONSTRAINT positive CHECK (n > 0), UNIQUE (n, s)) PARTITION BY RANGE (id);
       CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM ('a') TO ('b');
       CREATE TABLE b (x int, y int, PRIMARY KEY (x, y)); CREATE TABLE gone (x int);`,
      `ALTER TABLE a ADD COLUMN t timestamptz NOT NULL, DROP COLUMN n, ADD CONSTRAINT c CHECK (true);
       ALTER TABLE b ADD z int; ALTER TABLE b ALTER COLUMN z SET NOT NULL; ALTER TABLE b RENAME COLUMN z TO zz;
       ALTER TABLE b RENAME TO bb; DROP TABLE gone; CREATE INDEX i ON a (id);`,
    ]);
    expect(Object.fromEntries([...tables].map(([name, columns]) => [name, Object.fromEntries(columns)]))).toEqual({
      a: { id: 'required', s: 'required', t: 'required' },
      bb: { x: 'required', y: 'required', zz: 'required' },
    });
  });
});
