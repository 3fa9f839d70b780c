import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Engine } from './engines.ts';
import type { OnNotice } from './port-inference.ts';
import type { RunCounts } from './statistics.ts';

const LABELS = ['model', 'version'] as const;
type Label = (typeof LABELS)[number];

/**
 * Seconds. A run takes 2 to 50 ms, and a batch is waited for 2 ms: what is longer than some runs is a queue. Ours.
 */
const QUEUE_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64];

/** The metrics that Triton has of its models, under its names, so that boards and scalers made for it work. */
const tritonCounters = (metrics: Registry): readonly (readonly [Counter<Label>, keyof RunCounts])[] => {
  const made = { labelNames: LABELS, registers: [metrics] };
  return [
    [new Counter({ name: 'nv_inference_request_success', help: 'Requests that were answered', ...made }), 'success'],
    [new Counter({ name: 'nv_inference_request_failure', help: 'Requests that failed', ...made }), 'failure'],
    [new Counter({ name: 'nv_inference_count', help: 'Rows that were run', ...made }), 'rows'],
    [new Counter({ name: 'nv_inference_exec_count', help: 'Runs, each of a batch', ...made }), 'runs'],
    [
      new Counter({ name: 'nv_inference_request_duration_us', help: 'Requests, from end to end', ...made }),
      'requestUs',
    ],
    [new Counter({ name: 'nv_inference_queue_duration_us', help: 'Requests, waiting to be run', ...made }), 'queueUs'],
    [new Counter({ name: 'nv_inference_compute_input_duration_us', help: 'Gathering inputs', ...made }), 'inputUs'],
    [new Counter({ name: 'nv_inference_compute_infer_duration_us', help: 'Running', ...made }), 'inferUs'],
    [
      new Counter({ name: 'nv_inference_compute_output_duration_us', help: 'Handing out outputs', ...made }),
      'outputUs',
    ],
  ];
};

const makeMetrics = (metrics: Registry) => {
  const made = { labelNames: LABELS, registers: [metrics] };
  const pending = new Gauge({
    name: 'nv_inference_pending_request_count',
    help: 'Requests that wait to be run',
    ...made,
  });
  const sizes = new Histogram({
    name: 'inference_batch_rows',
    help: 'Rows of each run, without those that only fill it up',
    buckets: SIZE_BUCKETS,
    ...made,
  });
  const waits = new Histogram({
    name: 'inference_queue_seconds',
    help: 'How long each request waited to be run',
    buckets: QUEUE_BUCKETS,
    ...made,
  });
  const providers = new Gauge({
    name: 'inference_execution_provider',
    help: 'What models run on: 1 where it is in use, 0 where it was asked for and could not be had',
    labelNames: ['provider'],
    registers: [metrics],
  });
  return { counters: tritonCounters(metrics), pending, sizes, waits, providers };
};

/** Several contexts of one process run models: they count in the same metrics, and labels say which model it was. */
const made = new WeakMap<Registry, ReturnType<typeof makeMetrics>>();
const metricsOf = (metrics: Registry): ReturnType<typeof makeMetrics> => {
  const known = made.get(metrics) ?? makeMetrics(metrics);
  made.set(metrics, known);
  return known;
};

/**
 * Counts what the threads that hold models tell, and which providers they run on.
 *
 * @param configured the providers that were asked for
 * @param onMissing told once of each that could not be had
 */
export const watchInference = (
  metrics: Registry,
  configured: readonly Engine[],
  onMissing: (provider: Engine) => void,
): OnNotice => {
  const { counters, pending, sizes, waits, providers } = metricsOf(metrics);
  for (const provider of configured) providers.inc({ provider }, 0);
  const told = new Set<Engine>();

  const count = (counts: RunCounts): void => {
    const labels = { model: counts.model, version: counts.version };
    for (const [counter, name] of counters) counter.inc(labels, counts[name] as number);
    pending.set(labels, counts.pending);
    for (const size of counts.batchSizes) sizes.observe(labels, size);
    for (const seconds of counts.queueSeconds) waits.observe(labels, seconds);
  };
  return (notice) => {
    if (notice.type === 'counts') {
      notice.counts.forEach(count);
      return;
    }
    if (notice.provider !== undefined) providers.set({ provider: notice.provider }, 1);
    for (const provider of notice.missing) {
      if (!told.has(provider)) onMissing(provider);
      told.add(provider);
    }
  };
};
