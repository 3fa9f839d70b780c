import { expressionsIn, metricsIn, metricsNamedIn } from './metrics.ts';
import { filesBelow, projects, read, shippedSources } from './tree.ts';

/** Metrics that others make: Node by prom-client, Kubernetes, its exporters, and the servers that stand beside ours. */
const OTHERS =
  /^(?:up$|ALERTS|process_|nodejs_|kube_|kubelet_|container_|node_|karpenter_|keda_|DCGM_|nv_(?!inference_)|pg_|kafka_|openfga_|aws_|go_)/;

const made = projects()
  .flatMap(shippedSources)
  .flatMap((path) => metricsIn(path));
const names = new Set(
  made.flatMap(({ name, kind }) =>
    /Histogram$|^Summary$/.test(kind) ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);

const watching = ['charts', 'terraform', 'k6']
  .flatMap(filesBelow)
  .filter((path) => /\.(ya?ml|json|tpl|tf)$/.test(path));
const texts = watching.map((path) => [path, read(path)] as const);
const recorded = new Set(
  texts.flatMap(([, text]) => [...text.matchAll(/^\s*-?\s*record:\s*(\S+)/gm)].map(([, name]) => name)),
);

describe('metrics', () => {
  it('every metric that a chart, an alert or a dashboard names exists', () => {
    const unknown = texts.flatMap(([path, text]) =>
      expressionsIn(text)
        .flatMap(metricsNamedIn)
        .filter((name) => !names.has(name) && !recorded.has(name) && !OTHERS.test(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('no two are made under one name, and each is named by the conventions of Prometheus', () => {
    const all = made.map(({ name }) => name);
    expect(all.filter((name, at) => all.indexOf(name) !== at)).toEqual([]);
    expect(all.length).toBeGreaterThan(0);
    for (const { name, kind } of made) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      // Named as Triton names them, which knows no `_total`: boards made for it are to work.
      if (name.startsWith('nv_inference_')) continue;
      expect([name, name.endsWith('_total')]).toEqual([name, kind === 'Counter']);
    }
  });

  it('the search finds what sources make', () => {
    const text = "const x = new Counter({ name: 'a_total', help: '' }); new Map([['name', 1]]);";
    expect(metricsIn('x.ts', text)).toEqual([{ name: 'a_total', kind: 'Counter' }]);
    const several = "const JOBS = ['x', 'y'] as const; new Gauge({ name: `${job}_seconds`, help: '' });";
    expect(metricsIn('x.ts', several).map(({ name }) => name)).toEqual(['x_seconds', 'y_seconds']);
  });

  it.each([
    ['rate(a_total{job="x", route=~".+"}[5m]) > 0.5', ['a_total']],
    ['sum by (region) (a_bytes) / on (region) group_left (zone) b_bytes', ['a_bytes', 'b_bytes']],
    ['histogram_quantile(0.95, sum(rate(a_seconds_bucket[$__rate_interval])) by (le))', ['a_seconds_bucket']],
    ['{{ .Values.prefix }} a > bool {{ .Values.limit }} unless absent(b offset 1h)', ['a', 'b']],
    ['label_values(a_total, region)', ['a_total']],
    ['region:a:rate5m and vector(1)', ['region:a:rate5m']],
  ])('the search finds what an expression names: %s', (promql, expected) => {
    expect(metricsNamedIn(promql).sort()).toEqual(expected);
  });

  it('the search finds expressions in YAML and JSON', () => {
    const yaml = [
      '- alert: A',
      '  expr: a > 1',
      '- alert: B',
      '  expr: |',
      '    b',
      '      > 2',
      '  for: 5m',
      "  query: 'c'",
    ].join('\n');
    expect(expressionsIn(yaml).flatMap(metricsNamedIn)).toEqual(['a', 'b', 'c']);
    expect(expressionsIn('  "expr": "d{x=\\"y\\"}",').flatMap(metricsNamedIn)).toEqual(['d']);
  });
});
