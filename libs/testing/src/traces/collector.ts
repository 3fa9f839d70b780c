import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** '' of a trace's first. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly string[];
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

/** How the collector behaves: it takes what comes, refuses it for now, or never answers. */
export type CollectorMood = 'takes' | 'refuses' | 'hangs';

export interface Collector {
  /** What `startTracing` is given. */
  readonly endpoint: string;
  mood: CollectorMood;
  /** Requests that came, in whatever mood. */
  readonly requests: () => number;
  /** All that was received, byte for byte: heads and bodies. */
  readonly bytes: () => Buffer;
  readonly spans: () => readonly CollectedSpan[];
  close(): Promise<void>;
}

/** Takes traces as a collector does: OTLP over HTTP with JSON (opentelemetry-proto 1.x, `ExportTraceServiceRequest`). */
export async function startCollector(): Promise<Collector> {
  const bodies: Buffer[] = [];
  const heads: string[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    heads.push(`${request.method ?? ''} ${request.url ?? ''}\n${request.rawHeaders.join('\n')}\n`);
    void bodyOf(request).then((body) => {
      if (collector.mood === 'hangs') return;
      if (collector.mood === 'takes') bodies.push(body);
      response.writeHead(collector.mood === 'takes' ? 200 : 503, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const collector: Collector = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'takes',
    requests: () => requests,
    bytes: () => Buffer.concat([...heads.map((head) => Buffer.from(head, 'latin1')), ...bodies]),
    spans: () => bodies.flatMap((body) => spansIn(JSON.parse(body.toString('utf8')) as Export)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return collector;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string; readonly boolValue?: boolean };
}
interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes?: readonly Attribute[];
  readonly links?: readonly { readonly traceId: string }[];
}
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[];
  }[];
}

const spansIn = ({ resourceSpans }: Export): CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId = '', name, attributes = [], links = [] }) => ({
        traceId,
        spanId,
        parentSpanId,
        name,
        attributes: recordOf(attributes),
        links: links.map((link) => link.traceId),
        resource: recordOf(resource.attributes),
      })),
    ),
  );

const recordOf = (attributes: readonly Attribute[]): CollectedSpan['attributes'] =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? (value.intValue === undefined ? Number.NaN : Number(value.intValue)),
    ]),
  );
