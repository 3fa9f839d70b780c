import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asFault, Fault } from '@smartscan/kernel';
import type { InferOptions, ModelDescription, ModelRef, Tensors } from '@smartscan/platform/ports';
import { modelInput } from '../../domain/inference-faults.ts';
import { DATATYPES, decodeRequest, encodeResponse, HEADER_LENGTH, type Encoded } from './v2-protocol.ts';

/** What is known of one version of a model. */
export interface ModelState {
  readonly name: string;
  readonly version: string;
  readonly state: 'READY' | 'LOADING' | 'UNAVAILABLE';
  readonly reason: string;
}

/** What may be asked when a model is to be loaded or unloaded. */
export interface LoadParameters {
  readonly version?: string | undefined;
  /** Try the version on so many of a hundred scans, instead of making it current. */
  readonly canaryPercent?: number | undefined;
}

/** The models that the server lets others run, and the repository that they come from. */
export interface ServedModels {
  ready(): boolean;
  /** The version that a reference stands for. Fault inference.model_unknown */
  resolve(model: ModelRef): { readonly name: string; readonly version: string };
  /** Versions that are ready. */
  versions(name: string): readonly string[];
  describe(model: ModelRef): Promise<ModelDescription>;
  infer(model: ModelRef, inputs: Tensors, options: InferOptions): Promise<Tensors>;
  index(): Promise<readonly ModelState[]>;
  load(name: string, parameters: LoadParameters): Promise<void>;
  unload(name: string, parameters: LoadParameters): Promise<void>;
}

export interface V2Server {
  readonly url: string;
  close(): Promise<void>;
}

/** A batch of 16 of the larger pictures is 13 MB as raw values, and 100 MB as JSON, which nobody needs. Ours. */
const MAX_BODY_BYTES = 32 * 2 ** 20;
/** So no more than 2 GB of bodies are in memory at once. Ours. */
const MAX_CONNECTIONS = 64;
/** Ours: the largest body at 10 Mbit/s. */
const REQUEST_WITHIN_MS = 30_000;

const EXTENSIONS = ['binary_tensor_data', 'model_repository'];

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headerLength: string | undefined;
  readonly signal: AbortSignal;
  readonly client: number;
  readonly body: () => Promise<Uint8Array>;
}

type Answer = Encoded | object | void;
type Route = readonly [method: 'GET' | 'POST', path: RegExp, answer: (groups: Groups, asked: Asked) => Promise<Answer>];
interface Groups {
  readonly name: string;
  readonly version?: string | undefined;
}

const MODEL = '/v2/models/(?<name>[^/]+)(?:/versions/(?<version>[^/]+))?';
const REPOSITORY = '/v2/repository/models/(?<name>[^/]+)';

const readBody = async (request: IncomingMessage): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new Fault('invalid', 'inference.model_input', 'The body is too long.', { status: 413 });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
};

const metadata = (models: ServedModels, { name, version, digest, platform, ...rest }: ModelDescription) => ({
  name,
  versions: models.versions(name),
  platform,
  inputs: rest.inputs.map(({ type, ...spec }) => ({ ...spec, datatype: DATATYPES[type] })),
  outputs: rest.outputs.map(({ type, ...spec }) => ({ ...spec, datatype: DATATYPES[type] })),
  parameters: { version, digest },
});

/** `{ "parameters": { "version": "2", "canary_percent": 5 } }`, all of it optional. */
const loadParameters = (body: Uint8Array): LoadParameters => {
  if (body.length === 0) return {};
  let parameters: unknown;
  try {
    ({ parameters } = JSON.parse(new TextDecoder().decode(body)) as { readonly parameters?: unknown });
  } catch {
    throw modelInput('The body is not JSON.');
  }
  const { version, canary_percent: percent } = (parameters ?? {}) as Record<string, unknown>;
  if (version !== undefined && typeof version !== 'string') throw modelInput('version has to be a string.');
  if (percent !== undefined && !(typeof percent === 'number' && percent >= 0 && percent <= 100)) {
    throw modelInput('canary_percent has to be a number from 0 to 100.');
  }
  return { version, canaryPercent: percent };
};

const serving = (models: ServedModels): readonly Route[] => [
  [
    'GET',
    /^\/v2$/,
    () => Promise.resolve({ name: 'smartscan-vitals-inference', version: '2', extensions: EXTENSIONS }),
  ],
  ['GET', /^\/v2\/health\/live$/, () => Promise.resolve({})],
  [
    'GET',
    /^\/v2\/health\/ready$/,
    () =>
      models.ready()
        ? Promise.resolve({})
        : Promise.reject(new Fault('unavailable', 'inference.unavailable', 'The models are not loaded yet.')),
  ],
  ['GET', new RegExp(`^${MODEL}$`), async (ref) => metadata(models, await models.describe(models.resolve(ref)))],
  ['GET', new RegExp(`^${MODEL}/ready$`), (ref) => Promise.resolve({ ...models.resolve(ref), ready: true })],
  [
    'POST',
    new RegExp(`^${MODEL}/infer$`),
    async (ref, { body, headerLength, signal, client }) => {
      const version = models.resolve(ref);
      const request = decodeRequest(await body(), headerLength);
      const outputs = await models.infer(version, request.inputs, { signal, client });
      return encodeResponse(version, request, outputs);
    },
  ],
];

const repository = (models: ServedModels): readonly Route[] => [
  ['POST', /^\/v2\/repository\/index$/, async () => ({ list: await models.index() })],
  [
    'POST',
    new RegExp(`^${REPOSITORY}/load$`),
    async ({ name }, { body }) => models.load(name, loadParameters(await body())),
  ],
  [
    'POST',
    new RegExp(`^${REPOSITORY}/unload$`),
    async ({ name }, { body }) => models.unload(name, loadParameters(await body())),
  ],
];

const isEncoded = (answer: object): answer is Encoded => 'body' in answer;

const send = (response: ServerResponse, status: number, { body, headers }: Encoded): void => {
  response.writeHead(status, { ...headers, 'content-length': body.length, 'cache-control': 'no-store' }).end(body);
};

const json = (value: unknown): Encoded => ({
  body: Buffer.from(JSON.stringify(value)),
  headers: { 'content-type': 'application/json' },
});

const encoded = (answer: Answer): Encoded => {
  if (typeof answer !== 'object') return { body: new Uint8Array(0), headers: {} };
  if (isEncoded(answer)) return answer;
  return json('list' in answer ? answer.list : answer);
};

const answerTo = async (routes: readonly Route[], asked: Asked): Promise<Encoded> => {
  const known = routes.filter(([, path]) => path.test(asked.path));
  const route = known.find(([method]) => method === asked.method);
  if (route === undefined) {
    const status = known.length > 0 ? { status: 405 } : {};
    throw new Fault('not_found', 'inference.no_such_path', 'There is nothing here.', status);
  }
  const groups = route[1].exec(asked.path)?.groups ?? {};
  return encoded(await route[2](groups as unknown as Groups, asked));
};

/**
 * Serves models over the Open Inference Protocol, version 2, with its binary tensor data and model repository extensions.
 * Pictures of people come this way, and what runs is chosen here: so it is a listener of its own, on this machine alone
 * unless it is told otherwise, and nothing of a request is ever logged.
 */
export const serveV2 = async (
  models: ServedModels,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<V2Server> => {
  const routes = [...serving(models), ...repository(models)];
  const clients = new WeakMap<object, number>();
  let lastClient = 0;
  const clientOf = (socket: object): number => {
    const client = clients.get(socket) ?? ++lastClient;
    clients.set(socket, client);
    return client;
  };
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const { method = '', url = '', headers, socket } = request;
    const length = headers[HEADER_LENGTH];
    answerTo(routes, {
      method,
      path: url.split('?')[0]!,
      headerLength: typeof length === 'string' ? length : undefined,
      signal: gone.signal,
      client: clientOf(socket),
      body: () => readBody(request),
    })
      .then((answer) => send(response, 200, answer))
      .catch((error: unknown) => {
        const { status, message } = asFault(error);
        // What is left of a body that was refused isn't read.
        if (!request.complete) response.setHeader('connection', 'close');
        send(response, status, json({ error: message }));
      });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.requestTimeout = REQUEST_WITHIN_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
