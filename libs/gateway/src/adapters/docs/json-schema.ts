import { z } from 'zod';
import type { Operation } from '@smartscan/contracts/operation';

/** JSON Schema 2020-12, as OpenAPI 3.1 uses it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly additionalProperties?: boolean | JsonSchema;
}

/** What a caller may send. */
export const inputSchemaOf = (input: z.ZodType): JsonSchema => tidied(z.toJSONSchema(input, { io: 'input' }), 'input');
export const inputSchema = ({ input }: Operation): JsonSchema => inputSchemaOf(input);

/** What a caller is given. Open: members may be added to an answer, never taken away. */
export const outputSchema = (output: z.ZodType): JsonSchema =>
  tidied(z.toJSONSchema(output, { io: 'output' }), 'output');

type Direction = 'input' | 'output';

/** Leaves out what says nothing to a reader: the patterns behind formats, the largest integer as a maximum. */
function tidied(schema: unknown, direction: Direction): JsonSchema {
  if (Array.isArray(schema)) return schema.map((one) => tidied(one, direction)) as unknown as JsonSchema;
  if (typeof schema !== 'object' || schema === null) return schema as unknown as JsonSchema;
  const given = schema as Record<string, unknown>;
  const kept = Object.entries(given).filter(([keyword, value]) => !isNoise(keyword, value, { given, direction }));
  return Object.fromEntries(
    kept.map(([keyword, value]) => [keyword, VERBATIM.has(keyword) ? value : tidied(value, direction)]),
  );
}

const VERBATIM = new Set(['default', 'enum', 'const', 'required', 'examples']);

function isNoise(
  keyword: string,
  value: unknown,
  { given, direction }: { given: Record<string, unknown>; direction: Direction },
): boolean {
  switch (keyword) {
    case '$schema':
    case 'propertyNames':
      return true;
    case 'pattern':
      return given['format'] !== undefined;
    case 'maximum':
      return value === Number.MAX_SAFE_INTEGER;
    case 'additionalProperties':
      return direction === 'output' && value === false;
    default:
      return false;
  }
}
