import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { Fault, type Region } from '@smartscan/kernel';
import { isTracing, traceWith } from './trace.ts';

export interface TracingOptions {
  readonly service: string;
  readonly region: Region;
  readonly version: string;
  /** Of a collector's OTLP over HTTP (JSON); `/v1/traces` is added where it has no path. Without it nothing is traced. */
  readonly endpoint?: string | undefined;
  /** The share of the traces begun here that are recorded, 0 to 1. One that came along is recorded as was decided there. */
  readonly sampleRatio: number;
  /** A batch was lost: the collector is away, slow or refuses. */
  readonly onLost?: (spans: number) => void;
}

export interface Tracing {
  /** Resolves when what has ended is with the collector, or lost. Never rejects. */
  flush(): Promise<void>;
  /** The same, for 5 s at most, and nothing is traced any more. */
  close(): Promise<void>;
}

/** Ours: a span with its fields is about 1 kB, so 4 MiB at most wait for a collector; what is over that is dropped. */
const QUEUE_SPANS = 4_096;
/** Ours: some 200 kB of JSON, serialised in about 2 ms. */
const BATCH_SPANS = 512;
/** Ours: a trace is looked at seconds after the request at the earliest. */
const BATCH_EVERY_MS = 2_000;
/** Ours: a collector is a neighbour that answers in milliseconds; retries fall within the same time. */
const EXPORT_WITHIN_MS = 4_000;
/** Ours: a second more than a batch may take, so that what is lost at the end is told before the end. */
const CLOSE_WITHIN_MS = 5_000;
/** Ours: all that has its use; no span has more than five fields. */
const FIELDS_MAX = 8;
/** Ours: as many of an outbox's batch as anybody follows. */
export const LINKS_MAX = 16;

/**
 * Lets this process trace: from here on `traced` and its like record. The provider is known to this file alone, not
 * registered for all: a dependency that traces by itself finds nothing to write to, so every span that leaves came
 * through `trace.ts`. Fault `platform.tracing_started` where it is on already.
 */
export function startTracing(options: TracingOptions): Tracing {
  const { endpoint } = options;
  if (endpoint === undefined) return { flush: () => Promise.resolve(), close: () => Promise.resolve() };
  if (isTracing()) throw new Fault('internal', 'platform.tracing_started', 'This process is traced already.');
  const { service, region, version, sampleRatio } = options;
  const processor = new BatchSpanProcessor(exporterTo(endpoint, options.onLost), {
    maxQueueSize: QUEUE_SPANS,
    maxExportBatchSize: BATCH_SPANS,
    scheduledDelayMillis: BATCH_EVERY_MS,
    exportTimeoutMillis: CLOSE_WITHIN_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.version': version,
      'cloud.region': region,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanLimits: { attributeCountLimit: FIELDS_MAX, linkCountLimit: LINKS_MAX, eventCountLimit: 0 },
    spanProcessors: [processor],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  traceWith(provider.getTracer('smartscan', version));
  return {
    flush: () => processor.forceFlush().catch(() => undefined),
    close: async () => {
      traceWith(undefined);
      context.disable();
      await within(processor.shutdown(), CLOSE_WITHIN_MS);
    },
  };
}

/** A collector's trouble is told, and is nobody else's: requests neither wait for it nor hear of it. */
function exporterTo(endpoint: string, onLost: TracingOptions['onLost']): SpanExporter {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  const exporter = new OTLPTraceExporter({
    url: url.href,
    timeoutMillis: EXPORT_WITHIN_MS,
    concurrencyLimit: QUEUE_SPANS / BATCH_SPANS,
  });
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) onLost?.(spans.length);
        // Told here: to the processor a batch that failed would be the end of waiting for the others.
        done({ code: ExportResultCode.SUCCESS });
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
