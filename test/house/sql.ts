/** Columns of each table, by name: whether a row must have a value in it. */
type Columns = Map<string, 'required' | 'optional'>;
export type Tables = Map<string, Columns>;

const WORD = '"?([a-z_][a-z0-9_]*)"?';
const TABLE = `(?:if (?:not )?exists )?(?:only )?(?:${WORD}\\.)?${WORD}`;
const NOT_A_COLUMN = /^(?:constraint|primary key|unique|check|foreign key|exclude|like)\b/;

/** Statements in lower case, without comments and the contents of literals, with single spaces. */
function statements(sql: string): string[] {
  return sql
    .replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ')
    .replaceAll(/\$(\w*)\$[^]*?\$\1\$|'(?:[^']|'')*'/g, "''")
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** Splits at commas that stand in no parentheses. */
function parts(list: string): string[] {
  const found = [''];
  let depth = 0;
  for (const char of list) {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    if (char === ',' && depth === 0) found.push('');
    else found[found.length - 1] += char;
  }
  return found.map((part) => part.trim()).filter((part) => part !== '');
}

/** What stands in the first parentheses. */
function inParentheses(text: string): string {
  const from = text.indexOf('(') + 1;
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    depth += text[at] === '(' ? 1 : text[at] === ')' ? -1 : 0;
    if (depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}

const need = (column: string): 'required' | 'optional' =>
  /\bnot null\b|\bprimary key\b/.test(column) ? 'required' : 'optional';

function create(tables: Tables, name: string, statement: string): void {
  const columns: Columns = new Map();
  const all = parts(inParentheses(statement));
  for (const part of all.filter((one) => !NOT_A_COLUMN.test(one))) {
    const column = new RegExp(`^${WORD}`).exec(part)?.[1];
    if (column) columns.set(column, need(part));
  }
  for (const key of all.filter((one) => /^(?:constraint \w+ )?primary key\b/.test(one))) {
    for (const column of parts(inParentheses(key))) columns.set(column, 'required');
  }
  tables.set(name, columns);
}

/** What an action of ALTER TABLE does to the columns, by its form; constraints and types are passed over. */
const ACTIONS: readonly [RegExp, (columns: Columns, names: readonly string[], action: string) => void][] = [
  [/^(?:add|drop|rename) (?:constraint|primary|unique|check|foreign)\b/, () => undefined],
  [
    new RegExp(`^add (?:column )?(?:if not exists )?${WORD}`),
    (columns, [name = ''], action) => columns.set(name, need(action)),
  ],
  [new RegExp(`^drop (?:column )?(?:if exists )?${WORD}`), (columns, [name = '']) => columns.delete(name)],
  [new RegExp(`^alter (?:column )?${WORD} set not null`), (columns, [name = '']) => columns.set(name, 'required')],
  [new RegExp(`^alter (?:column )?${WORD} drop not null`), (columns, [name = '']) => columns.set(name, 'optional')],
  [
    new RegExp(`^rename (?:column )?${WORD} to ${WORD}`),
    (columns, [from = '', to = '']) => {
      columns.set(to, columns.get(from) ?? 'optional');
      columns.delete(from);
    },
  ],
];

function alterColumn(columns: Columns, action: string): void {
  for (const [form, apply] of ACTIONS) {
    const match = form.exec(action);
    if (!match) continue;
    apply(columns, match.slice(1), action);
    return;
  }
}

function alter(tables: Tables, name: string, actions: string): void {
  const columns = tables.get(name);
  if (!columns) return;
  const [, renamed] = new RegExp(`^rename to ${WORD}`).exec(actions) ?? [];
  if (renamed) {
    tables.delete(name);
    tables.set(renamed, columns);
    return;
  }
  for (const action of parts(actions)) alterColumn(columns, action);
}

/**
 * The tables that migrations leave behind, as far as their text tells: CREATE, ALTER and DROP TABLE. What is done in
 * functions or `DO` blocks is not seen.
 */
export function tablesOf(migrations: readonly string[]): Tables {
  const tables: Tables = new Map();
  for (const statement of migrations.flatMap(statements)) {
    const [, verb = '', , name = '', rest = ''] =
      new RegExp(`^(create|alter|drop) (?:unlogged )?table ${TABLE}(.*)$`).exec(statement) ?? [];
    // A partition has the columns of its parent and is no table of its own.
    if (verb === 'create' && !rest.startsWith(' partition of ')) create(tables, name, rest);
    else if (verb === 'alter') alter(tables, name, rest.trim());
    else if (verb === 'drop') tables.delete(name);
  }
  return tables;
}
