import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { asFault } from '@smartscan/kernel';
import { attributesOf, SPANS, type FieldsOf, type SpanName } from './spans.ts';

/*
 * The one door to traces. Where nothing is traced (no `startTracing`), every function here does nothing and costs next
 * to nothing.
 *
 * - `traced(name, fields, work, { parent? })`: runs `work` as a span.
 * - `openSpan(name, fields, { parent? })`: the same for what is no function; `within` and `end` it yourself.
 * - `traceparentNow()`: what to send along, to an event or another process; '' where nothing is traced.
 * - `withinTrace(traceparent, work)`: runs `work` as a part of the trace that came along.
 *
 * A call between processes: who asks puts `traceparentNow()` into what it sends, within the span `service.call` that
 * `watchedServices` has opened around it; who serves runs the dispatcher within `withinTrace(received, …)`, and the
 * dispatcher opens `operation.serve` there. Only services of ours may hand a trace on: what a stranger says of traces is
 * not read, see the gateway.
 */

export interface SpanOptions {
  /**
   * The traceparent (W3C Trace Context) of the span above; '' or a malformed one: none, a trace begins. Where nothing is
   * said, the span that is open here.
   */
  readonly parent?: string;
  /** Traceparents of other traces that this span has to do with. */
  readonly links?: readonly string[];
}

let tracer: Tracer | undefined;

/** For `startTracing` alone. */
export const traceWith = (given: Tracer | undefined): void => {
  tracer = given;
};
export const isTracing = (): boolean => tracer !== undefined;

/** A span that was begun; or nothing at all, where it is not recorded. */
export class OpenSpan<N extends SpanName = SpanName> {
  constructor(
    private readonly name: N,
    private readonly around: Context | undefined,
    private readonly span: Span | undefined,
  ) {}

  /** Runs `work` so that what it opens stands below this span. */
  within<T>(work: () => T): T {
    return this.around ? context.with(this.around, work) : work();
  }

  note(fields: FieldsOf<N>): void {
    this.span?.setAttributes(attributesOf(this.name, fields));
  }

  /** `failed`: it was ours to do and was not done. */
  end(failed = false): void {
    if (failed) this.span?.setStatus({ code: SpanStatusCode.ERROR });
    this.span?.end();
  }

  /** Ends it with the code of what went wrong; a refusal is an answer, not a failure. */
  endWith(error: unknown): void {
    if (!this.span) return;
    const { code, status } = asFault(error);
    this.span.setAttributes(attributesOf(this.name, { code }));
    this.end(status >= 500);
  }
}

const SILENT = new OpenSpan('unit_of_work', undefined, undefined);
const silent = <N extends SpanName>(): OpenSpan<N> => SILENT as unknown as OpenSpan<N>;

export function openSpan<N extends SpanName>(name: N, fields: FieldsOf<N>, options: SpanOptions = {}): OpenSpan<N> {
  if (!tracer) return silent();
  const { parent, links } = options;
  const around = parent === undefined ? context.active() : contextOf(parent);
  const above = trace.getSpanContext(around);
  // Whoever began the trace chose not to record it: that context is handed on, and nothing else is done.
  if (above && !isSampled(above.traceFlags)) {
    return parent === undefined ? silent() : new OpenSpan(name, around, undefined);
  }
  const { kind } = SPANS[name];
  const span = tracer.startSpan(name, { kind, ...(links ? { links: links.flatMap(linkTo) } : {}) }, around);
  const within = trace.setSpan(around, span);
  if (!span.isRecording()) return new OpenSpan(name, within, undefined);
  span.setAttributes(attributesOf(name, fields));
  return new OpenSpan(name, within, span);
}

export function traced<N extends SpanName, T>(
  name: N,
  fields: FieldsOf<N>,
  work: (span: OpenSpan<N>) => Promise<T>,
  options?: SpanOptions,
): Promise<T> {
  if (!tracer) return work(silent());
  const span = openSpan(name, fields, options);
  return span === (SILENT as unknown) ? work(span) : recorded(span, work);
}

async function recorded<N extends SpanName, T>(span: OpenSpan<N>, work: (span: OpenSpan<N>) => Promise<T>): Promise<T> {
  try {
    const result = await span.within(() => work(span));
    span.end();
    return result;
  } catch (error) {
    span.endWith(error);
    throw error;
  }
}

/** Of the span that is open here, as W3C Trace Context writes it: also where the trace is not recorded, to say so. */
export function traceparentNow(): string {
  const here = tracer && trace.getSpanContext(context.active());
  if (!here) return '';
  return `00-${here.traceId}-${here.spanId}-${isSampled(here.traceFlags) ? '01' : '00'}`;
}

/** '' or a malformed one: what `work` opens begins a trace of its own. */
export function withinTrace<T>(traceparent: string, work: () => T): T {
  return tracer ? context.with(contextOf(traceparent), work) : work();
}

/** Whether a trace that came along is recorded. */
export const isRecorded = (traceparent: string): boolean => isSampled(parseTraceParent(traceparent)?.traceFlags ?? 0);

const isSampled = (flags: number): boolean => (flags & TraceFlags.SAMPLED) !== 0;

function contextOf(traceparent: string): Context {
  const above = parseTraceParent(traceparent);
  return above ? trace.setSpanContext(ROOT_CONTEXT, { ...above, isRemote: true }) : ROOT_CONTEXT;
}

function linkTo(traceparent: string): Link[] {
  const to = parseTraceParent(traceparent);
  return to ? [{ context: { ...to, isRemote: true } }] : [];
}
