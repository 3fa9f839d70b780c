import { context, SpanStatusCode } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { Fault } from '@smartscan/kernel';
import { SPANS, type FieldsOf, type SpanName } from './spans.ts';
import { openSpan, traced, traceparentNow, traceWith, withinTrace } from './trace.ts';

const SAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const UNSAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

/** That these are refused is checked when the tests are compiled: each `true` would not be assignable. */
type Takes<N extends SpanName, Field extends string> = Field extends keyof FieldsOf<N> ? true : false;
const refusedByType: readonly false[] = [
  false satisfies Takes<'http.request', 'path'>,
  false satisfies Takes<'http.request', 'query'>,
  false satisfies Takes<'service.call', 'input'>,
  false satisfies Takes<'event.deliver', 'body'>,
  false satisfies Takes<'unit_of_work', 'statement'>,
];

describe('spans', () => {
  const exporter = new InMemorySpanExporter();
  const record = (ratio: number): void => {
    const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
    const provider = new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    traceWith(provider.getTracer('test'));
  };
  const named = (name: SpanName): ReadableSpan => {
    const found = exporter.getFinishedSpans().find((span) => span.name === name);
    if (!found) throw new Error(`There is no span ${name}.`);
    return found;
  };
  afterEach(() => {
    traceWith(undefined);
    context.disable();
    exporter.reset();
  });

  it('where nothing is traced, work runs as if nothing were there, and there is no traceparent to hand on', async () => {
    const seen = await traced('unit_of_work', { context: 'audit' }, (span) => {
      span.note({ committed: true });
      return Promise.resolve([traceparentNow(), withinTrace(SAMPLED, traceparentNow)]);
    });
    expect(seen).toEqual(['', '']);
    await expect(traced('unit_of_work', {}, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('one opened within another stands below it, across waits, and its traceparent says so', async () => {
    record(1);
    const inside = await traced('service.call', { operation: 'vitals.get_scan' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return traced('operation.serve', { operation: 'vitals.get_scan' }, () => Promise.resolve(traceparentNow()));
    });
    const [call, serve] = [named('service.call'), named('operation.serve')];
    expect(serve.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
    expect(inside).toBe(`00-${serve.spanContext().traceId}-${serve.spanContext().spanId}-01`);
    expect(traceparentNow()).toBe('');
  });

  it('continues the trace that came along, and begins one where what came is none', async () => {
    record(1);
    const began = (parent: string): string => {
      openSpan('event.deliver', {}, { parent }).end();
      const [span] = exporter.getFinishedSpans();
      exporter.reset();
      return span?.spanContext().traceId ?? '';
    };
    expect(began(SAMPLED)).toBe(SAMPLED.slice(3, 35));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(SAMPLED.slice(1)), fc.constant(`${SAMPLED}-00`)), (malformed) => {
        expect(began(malformed)).toMatch(/^(?!0af7651916cd43dd8448eb211c80319c)[\da-f]{32}$/);
      }),
    );
    const [parent] = [await withinTrace(SAMPLED, () => traced('operation.serve', {}, async () => traceparentNow()))];
    expect(parent.slice(0, 35)).toBe(SAMPLED.slice(0, 35));
  });

  it('what its beginner chose not to record is recorded by nobody after, and that choice is handed on', async () => {
    record(1);
    const told = await traced(
      'event.deliver',
      {},
      async () => traced('unit_of_work', {}, async () => traceparentNow()),
      {
        parent: UNSAMPLED,
      },
    );
    expect([told, exporter.getFinishedSpans()]).toEqual([UNSAMPLED, []]);
    traceWith(undefined);
    context.disable();
    record(0);
    const below = await traced('service.call', {}, () => traced('unit_of_work', {}, async () => traceparentNow()));
    expect(below).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('P11: of what went wrong a span keeps the code, never a message, a stack or a value', async () => {
    record(1);
    const broken = new Error('patient Ada Example, 1815');
    await expect(traced('operation.serve', {}, () => Promise.reject(broken))).rejects.toBe(broken);
    const fault = new Fault('invalid', 'vitals.not_a_video', 'patient Ada Example', { remedy: 'Ada' });
    await expect(traced('service.call', {}, () => Promise.reject(fault))).rejects.toBe(fault);
    const [served, called] = [named('operation.serve'), named('service.call')];
    expect([served.attributes, served.status, served.events]).toEqual([
      { code: 'internal' },
      { code: SpanStatusCode.ERROR },
      [],
    ]);
    expect([called.attributes, called.status]).toEqual([
      { code: 'vitals.not_a_video' },
      { code: SpanStatusCode.UNSET },
    ]);
  });

  it('P13: a field that is not on the list, or a text that is no name, does not get onto a span', () => {
    record(1);
    expect(refusedByType).not.toContain(true);
    const given = {
      route: 'Ada Example',
      method: 'ada@clinic.example',
      request_id: 'x'.repeat(101),
      patient_id: 'p-1',
    };
    openSpan('http.request', { ...given, status: 200 } as FieldsOf<'http.request'>).end();
    expect(named('http.request').attributes).toEqual({ status: 200 });
  });

  it('every kind of span takes the code of a failure, and no two fields say the same', () => {
    for (const { fields } of Object.values(SPANS)) {
      expect(fields).toContain('code');
      expect(new Set(fields).size).toBe(fields.length);
    }
  });
});
