import ts from 'typescript';
import { parse, walk } from './imports.ts';

const KINDS = ['Counter', 'Gauge', 'Histogram', 'Summary', 'DurationHistogram'];

export interface Metric {
  readonly name: string;
  readonly kind: string;
}

/**
 * The metrics that a source makes: `new Counter({ name: '…' })` and its like. A name may begin with what is told apart
 * (`${job}_…`): then there is one for each of the values that the file lists in `JOBS`.
 */
export function metricsIn(path: string, text?: string): Metric[] {
  const found: Metric[] = [];
  const source = parse(path, text);
  walk(source, (node) => {
    if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression) || !KINDS.includes(node.expression.text)) return;
    const kind = node.expression.text;
    found.push(...namesIn(node.arguments?.[0], source).map((name) => ({ name, kind })));
  });
  return found;
}

function namesIn(options: ts.Expression | undefined, source: ts.SourceFile): readonly string[] {
  if (!options || !ts.isObjectLiteralExpression(options)) return [];
  const member = options.properties.find((property) => property.name?.getText() === 'name');
  if (!member || !ts.isPropertyAssignment(member)) return [];
  const value = member.initializer;
  if (ts.isTemplateExpression(value)) {
    const end = value.templateSpans.at(-1)?.literal.text ?? '';
    return jobsIn(source).map((job) => `${value.head.text}${job}${end}`);
  }
  return ts.isStringLiteralLike(value) ? [value.text] : [];
}

const jobsIn = (source: ts.SourceFile): readonly string[] => {
  const [, list = ''] = /\bJOBS = \[([^\]]*)\]/.exec(source.text) ?? [];
  return [...list.matchAll(/'(\w+)'/g)].map(([, job]) => job ?? '');
};

const WORDS = /^(?:and|or|unless|bool|offset|by|without|on|ignoring|group_left|group_right|inf|nan|start|end)$/i;

/** The names of the metrics in a PromQL expression, which may still hold Helm's or Grafana's placeholders. */
export function metricsNamedIn(promql: string): string[] {
  const bare = promql
    .replaceAll(/\{\{[^]*?\}\}/g, ' ')
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, ' ')
    .replaceAll(/label_values\(([^,()]+),[^)]*\)/g, '$1')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\$\{?\w+\}?|\b\d[\w.]*/g, ' ');
  const names = [...bare.matchAll(/([A-Za-z_:][\w:]*)\s*(\(?)/g)];
  return [
    ...new Set(names.filter(([, name, call]) => call === '' && !WORDS.test(name ?? '')).map(([, name]) => name ?? '')),
  ];
}

/** The PromQL in a YAML or JSON file: the values of `expr` and `query`, on one line, in a block or as a JSON string. */
export function expressionsIn(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const match = /^(\s*(?:-\s+)?)"?(?:expr|query)"?\s*:\s*(.*?),?\s*$/.exec(line);
    if (!match) return [];
    const [, indent = '', value = ''] = match;
    if (!/^[|>][+-]?\d?$/.test(value)) return [unquoted(value)];
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((next) => next.trim() !== '' && next.search(/\S/) <= indent.length);
    return [rest.slice(0, end < 0 ? rest.length : end).join('\n')];
  });
}

function unquoted(value: string): string {
  if (value.startsWith('"') && value.endsWith('"')) return JSON.parse(value) as string;
  return value.startsWith("'") && value.endsWith("'") ? value.slice(1, -1).replaceAll("''", "'") : value;
}
