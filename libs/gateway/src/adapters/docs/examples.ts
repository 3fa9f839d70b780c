import type { Operation } from '@smartscan/contracts/operation';
import { sourcesOf } from '../../app/surface.ts';
import { isJson } from '../route.ts';
import { inputSchema, type JsonSchema } from './json-schema.ts';
import { bodySchema } from './openapi.ts';

const ULID = '01JDCW8R5X7Y9Z0A1B2C3D4E5F';

/** A value that fits a schema: enough of one for an example. */
export function exampleOf(schema: JsonSchema, name = ''): unknown {
  const { default: usual, enum: allowed, anyOf: [first] = [], type } = schema;
  if (usual !== undefined && usual !== null) return usual;
  if (allowed) return allowed[0];
  if (first) return exampleOf(first, name);
  return (BY_TYPE[String(type)] ?? exampleText)(schema, name);
}

const BY_TYPE: Readonly<Record<string, (schema: JsonSchema, name: string) => unknown>> = {
  object: ({ properties = {} }) =>
    Object.fromEntries(Object.entries(properties).map(([member, value]) => [member, exampleOf(value, member)])),
  array: ({ items = {} }, name) => [exampleOf(items, name)],
  integer: exampleNumber,
  number: exampleNumber,
  boolean: () => true,
};

function exampleNumber({ minimum = 0 }: JsonSchema, name: string): number {
  return name.endsWith('_seconds') ? Math.max(minimum, 86_400) : minimum;
}

function exampleText({ format, pattern }: JsonSchema, name: string): string {
  const id = /^\^([a-z]{3})_/.exec(pattern ?? '')?.[1];
  if (id !== undefined) return `${id}_${ULID}`;
  if (format === 'email') return 'admin@clinic.example';
  if (format === 'date-time') return '2027-01-31T12:00:00Z';
  return EXAMPLES[name] ?? 'example';
}

const EXAMPLES: Readonly<Record<string, string>> = {
  country: 'US',
  full_name: 'Ada Example',
  company: 'Clinic',
  password: 'at least twelve characters',
  patient_id: 'patient-0001',
  visit_id: 'visit-0001',
  subject_id: 'f3Jq9Zk2L0aVYt7cXw5nBd1eGhMpRs8uTiOyKlQbNxE',
  telemetry: '{"orientation":"portrait"}',
};

/** A call by curl that works once the key and the host are right. */
export function curlOf(operation: Operation, host: string): string {
  const { path, headers } = sourcesOf(operation);
  const { properties = {} } = inputSchema(operation);
  const target = [...path].reduce(
    (text, member) => text.replace(`{${member}}`, String(exampleOf(properties[member] ?? {}, member))),
    operation.path,
  );
  const body = bodySchema(operation);
  const lines = [
    `curl ${operation.events ? '-N ' : ''}-X ${operation.method} https://${host}${target}`,
    ...(operation.scope === 'none' ? [] : [`-H "Authorization: Bearer $SMARTSCAN_KEY"`]),
    ...(operation.idempotencyKey ? [`-H 'Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324"'`] : []),
    ...[...headers].map(([member, header]) => `-H '${header}: ${String(exampleOf(properties[member] ?? {}, member))}'`),
    ...(operation.stream
      ? [
          `-H 'Content-Type: ${operation.stream.mediaTypes[0] ?? ''}'`,
          `--data-binary @${isJson(operation.stream.mediaTypes[0] ?? '') ? 'chunk.json' : 'face.mp4'}`,
        ]
      : []),
    ...(body ? [`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(exampleOf(body))}'`] : []),
  ];
  return lines.join(' \\\n  ');
}
