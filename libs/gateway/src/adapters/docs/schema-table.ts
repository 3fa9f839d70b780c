import type { JsonSchema } from './json-schema.ts';
import { html, prose, type Markup } from './markup.ts';

interface Row {
  readonly name: string;
  readonly schema: JsonSchema;
  /** Set small beside the name. */
  readonly mark: string;
}

/** Which members are marked: in what is sent, those that must be there; in what is answered, those that may not be. */
type Marking = 'required' | 'optional';

/** The members of an object, those of objects in it with dots. */
export function membersTable(schema: JsonSchema, marking: Marking): Markup {
  const rows = rowsOf(schema, '', marking);
  if (rows.length === 0) return html`<p>No members.</p>`;
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th>Member</th>
          <th>Type</th>
          <th></th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>
  </div>`;
}

export const row = ({ name, schema, mark }: Row): Markup =>
  html`<tr>
    <td><code>${name}</code>${mark === '' ? html`` : html` <small>${mark}</small>`}</td>
    <td>${typeOf(schema)}</td>
    <td>${prose(schema.description ?? '')}</td>
  </tr>`;

function rowsOf(schema: JsonSchema, prefix: string, marking: Marking): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([member, value]) => {
    const name = `${prefix}${member}`;
    const inner = innerObject(value);
    const isRequired = schema.required?.includes(member) ?? false;
    return [
      { name, schema: value, mark: isRequired === (marking === 'required') ? marking : '' },
      ...(inner ? rowsOf(inner.schema, `${name}${inner.path}.`, marking) : []),
    ];
  });
}

/** The object within a value: the value itself, what a list holds, what a map leads to. */
function innerObject(schema: JsonSchema): { schema: JsonSchema; path: string } | undefined {
  if (schema.properties) return { schema, path: '' };
  if (schema.items) return within(schema.items, '[]');
  if (typeof schema.additionalProperties === 'object') return within(schema.additionalProperties, '.*');
  const object = schema.anyOf?.find((one) => one.type !== 'null');
  return object ? within(object, '') : undefined;
}

function within(schema: JsonSchema, step: string): { schema: JsonSchema; path: string } | undefined {
  const inner = innerObject(schema);
  return inner && { schema: inner.schema, path: step + inner.path };
}

/** A schema in a few words. */
export function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'values'}`;
  return [schema.type === undefined ? 'any' : String(schema.type), schema.format ?? '', bounds(schema)]
    .filter((part) => part !== '')
    .join(', ');
}

function bounds({ minimum, maximum, minLength, maxLength }: JsonSchema): string {
  if (minimum !== undefined || maximum !== undefined) return range(minimum, maximum, '');
  if (minLength !== undefined || maxLength !== undefined) return range(minLength, maxLength, ' characters');
  return '';
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  return least === undefined ? `at most ${most ?? ''}${unit}` : `at least ${least}${unit}`;
}
