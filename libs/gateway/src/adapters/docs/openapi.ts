import { SCOPES, type Operation } from '@smartscan/contracts/operation';
import { INPUT_ERROR_CODES } from '../../domain/problem-document.ts';
import { PROBLEMS, type ProblemCode } from '../../domain/problems.ts';
import { sourcesOf } from '../../app/surface.ts';
import { isJson } from '../route.ts';
import { inputSchema, inputSchemaOf, outputSchema, type JsonSchema } from './json-schema.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface Surroundings {
  readonly problemBase: string;
  /** Host of each region's API. */
  readonly hosts: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;
const ref = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

/** The OpenAPI 3.1 document of all public operations, and nothing that isn't in their contracts or our problems. */
export function openApiOf(operations: readonly Operation[], { problemBase, hosts }: Surroundings): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = operationObject(operation);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'SmartScan API',
      version: '1',
      description:
        'Vitals from a face video, structured data from photos of medical devices and clinical documents. Every workspace lives in one of two regions, each with a host of its own.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      { url: '/', description: 'The host that serves this document' },
      ...Object.entries(hosts).map(([region, host]) => ({ url: `https://${host}`, description: region })),
    ],
    tags: [...new Set(operations.map(({ owner }) => owner))].map((name) => ({ name })),
    paths,
    components: components(problemBase),
  };
}

function operationObject(operation: Operation): Json {
  const { id, title, description, owner, scope } = operation;
  const body = bodyObject(operation);
  return {
    operationId: id,
    summary: title,
    description: [description, scope === 'none' ? 'Needs no key.' : `Needs the scope \`${scope}\`: ${SCOPES[scope]}.`]
      .filter((text) => text !== '')
      .join('\n\n'),
    tags: [owner],
    security: scope === 'none' ? [] : [{ apiKey: [scope] }],
    parameters: parametersOf(operation),
    ...(body ? { requestBody: body } : {}),
    responses: responsesOf(operation),
    'x-problem-codes': problemCodesOf(operation),
  };
}

function parametersOf(operation: Operation): readonly Json[] {
  const { path, query, headers } = sourcesOf(operation);
  const { properties = {}, required = [] } = inputSchema(operation);
  const parameter = (place: string, member: string, name = member): Json => {
    const { description, ...schema } = properties[member] ?? {};
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(member),
      ...(description === undefined ? {} : { description }),
      schema,
    };
  };
  return [
    ...[...path].map((member) => parameter('path', member)),
    ...[...query].map((member) => parameter('query', member)),
    ...[...headers].map(([member, header]) => parameter('header', member, header)),
    ...(operation.idempotencyKey ? [ref('parameters', 'IdempotencyKey')] : []),
    ...(operation.also[202] ? [ref('parameters', 'Prefer')] : []),
  ];
}

function bodyObject(operation: Operation): Json | undefined {
  const { stream } = operation;
  if (stream) {
    const json = stream.schema === undefined ? {} : { schema: inputSchemaOf(stream.schema) };
    const media = Object.fromEntries(stream.mediaTypes.map((type) => [type, isJson(type) ? json : {}]));
    return { required: true, description: `${stream.description}. At most ${stream.maxBytes} bytes.`, content: media };
  }
  const schema = bodySchema(operation);
  return schema && { required: true, content: { 'application/json': { schema } } };
}

/** The part of an operation's input that goes in its JSON body. */
export function bodySchema(operation: Operation): JsonSchema | undefined {
  const { body } = sourcesOf(operation);
  if (body.size === 0) return undefined;
  const whole = inputSchema(operation);
  const members = Object.entries(whole.properties ?? {}).filter(([member]) => body.has(member));
  return {
    type: 'object',
    properties: Object.fromEntries(members),
    required: (whole.required ?? []).filter((member) => body.has(member)),
    additionalProperties: false,
  };
}

const COMMON_HEADERS = ['X-Request-Id', 'RateLimit-Policy', 'RateLimit'];

function responsesOf(operation: Operation): Json {
  const successes = [
    [operation.status, operation.output] as const,
    ...Object.entries(operation.also).map(([status, schema]) => [Number(status), schema] as const),
  ].map(([status, schema]) => [
    status,
    {
      description: SUCCESSES[status] ?? 'Done',
      headers: headersOf(operation, status),
      content: {
        ...contentOf(operation, outputSchema(schema)),
        ...(status === operation.status ? formsOf(operation) : {}),
      },
    },
  ]);
  const statuses = new Set(gatewayCodesOf(operation).map((code) => PROBLEMS[code].status));
  const problems = [...statuses].sort().map((status) => [status, ref('responses', `Problem${status}`)]);
  return { ...Object.fromEntries([...successes, ...problems]), default: ref('responses', 'Problem') };
}

const SUCCESSES: Readonly<Record<number, string>> = { 200: 'Done', 201: 'Made', 202: 'Accepted; see Location' };

function headersOf(operation: Operation, status: number): Json {
  const names = [
    ...COMMON_HEADERS,
    ...(status === 201 || status === 202 ? ['Location'] : []),
    ...(status === 202 ? ['Preference-Applied'] : []),
    ...(operation.idempotencyKey ? ['Idempotency-Replayed'] : []),
  ];
  return Object.fromEntries(names.map((name) => [name, ref('headers', name)]));
}

const contentOf = ({ events }: Operation, schema: JsonSchema): Json =>
  events
    ? {
        'text/event-stream': {
          schema: {
            type: 'string',
            description:
              'Events named `message` (data as in `x-event-data`), then one named `end`; `problem` with a problem document where it breaks off.',
          },
          'x-event-data': schema,
        },
      }
    : { 'application/json': { schema } };

/** The other forms that an answer can be asked for in. */
const formsOf = ({ representations }: Operation): Json =>
  Object.fromEntries(
    Object.entries(representations).map(([type, { schema, description }]) => [
      type,
      { schema: { ...outputSchema(schema), description } },
    ]),
  );

/** The gateway's own problems that an operation can meet. */
export function gatewayCodesOf(operation: Operation): readonly ProblemCode[] {
  const withBody = operation.stream !== undefined || sourcesOf(operation).body.size > 0;
  return [
    'credential_in_url',
    'invalid_request',
    'wrong_region',
    'rate_limited',
    'too_many_in_flight',
    'internal',
    'overloaded',
    'time_limit',
    ...(operation.scope === 'none' ? [] : (['key_missing', 'key_malformed', 'key_invalid', 'scope_missing'] as const)),
    ...(withBody ? BODY_PROBLEMS : []),
    ...(withBody && !operation.stream ? (['json_malformed', 'card_number'] as const) : []),
    ...(operation.idempotencyKey ? KEY_PROBLEMS : []),
    ...(Object.keys(operation.representations).length > 0 ? (['not_acceptable'] as const) : []),
  ];
}

const BODY_PROBLEMS = [
  'body_missing',
  'body_too_large',
  'media_type_unsupported',
  'content_coding_unsupported',
  'upload_idle',
  'upload_too_slow',
] as const;
const KEY_PROBLEMS = [
  'idempotency_key_malformed',
  'idempotency_key_in_use',
  'idempotency_key_reused',
  'result-not-retained',
] as const;

export const problemCodesOf = (operation: Operation): readonly string[] => [
  ...operation.errors,
  ...gatewayCodesOf(operation),
];

function components(problemBase: string): Json {
  const statuses = [...new Set(Object.values(PROBLEMS).map(({ status }) => status))].sort();
  const content = { [PROBLEM_MEDIA_TYPE]: { schema: ref('schemas', 'Problem') } };
  const headers = { 'X-Request-Id': ref('headers', 'X-Request-Id') };
  return {
    securitySchemes: {
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'ssp_live_<region>_…',
        description: `Scopes: ${Object.entries(SCOPES)
          .map(([scope, title]) => `\`${scope}\` (${title})`)
          .join(', ')}.`,
      },
    },
    schemas: { Problem: problemSchema(problemBase) },
    parameters: PARAMETERS,
    headers: HEADERS,
    responses: {
      Problem: { description: 'A problem (RFC 9457); `code` says which', headers, content },
      ...Object.fromEntries(
        statuses.map((status) => [`Problem${status}`, { description: titlesOf(status), headers, content }]),
      ),
    },
  };
}

const titlesOf = (status: number): string =>
  Object.entries(PROBLEMS)
    .filter(([, problem]) => problem.status === status)
    .map(([code, { title }]) => `\`${code}\`: ${title}`)
    .join(' ');

const problemSchema = (problemBase: string): JsonSchema => ({
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri', description: `${problemBase}<code>` },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What can be done about it' },
    code: { type: 'string', description: 'Stable; what to tell problems apart by' },
    request_id: { type: 'string', description: 'What to tell us when you ask about it' },
    errors: {
      type: 'array',
      description: 'Where the input is wrong and how; never what it was',
      items: {
        type: 'object',
        required: ['code'],
        properties: {
          pointer: { type: 'string', description: 'JSON Pointer into the body' },
          parameter: { type: 'string', description: 'In the path or query' },
          header: { type: 'string' },
          code: { type: 'string', enum: INPUT_ERROR_CODES },
          expected: { description: 'What the contract expects instead' },
        },
      },
    },
  },
});

const PARAMETERS: Json = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Best a UUID. The same request under the same key is done once, and answered the same for 24 hours at least.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    required: false,
    description: '`respond-async`: answer 202 at once (RFC 7240).',
    schema: { type: 'string' },
  },
};

const text = (description: string): Json => ({ description, schema: { type: 'string' } });
const HEADERS: Json = {
  'X-Request-Id': text('What to tell us when you ask about the request'),
  'RateLimit-Policy': text('`"default";q=<requests>;w=<seconds>` (draft-ietf-httpapi-ratelimit-headers-11)'),
  RateLimit: text('`"default";r=<requests left>;t=<seconds until all are back>`'),
  Location: text('Where to find what was made'),
  'Preference-Applied': text('`respond-async`'),
  'Idempotency-Replayed': text('`true` where the answer is an earlier request’s'),
};
