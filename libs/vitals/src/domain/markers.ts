import { MARKER_NAMES, type MarkerName } from '@smartscan/kernel';
import type { Estimate, PulseAnalysis } from '@smartscan/signal';
import { estimatesOf, NO_REFERENCE, type Reference } from './estimates.ts';
import { clamped, isPlausible, withoutValue, withValue, type Marker, type MarkerReason } from './marker.ts';
import { domainOf, MARKERS } from './marker-table.ts';
import type {
  DerivedMarker,
  MarkerBounds,
  MarkerDefinition,
  SummaryMarker,
  ValuedMarker,
} from './markers/definition.ts';
import type { KnownPerson, PersonInputs } from './person.ts';

export type Markers = Record<MarkerName, Marker>;

/** All that markers are made from. */
export interface ScanEvidence {
  readonly analysis: PulseAnalysis;
  readonly person: PersonInputs;
  /** What SpO2 and blood pressure rest on; without it they are unsupported. */
  readonly reference?: Reference;
}

/** A value and the standard deviation of its whole error, or why there is none. */
type Finding =
  | { readonly value: number; readonly deviation: number }
  | { readonly value: null; readonly reasons: readonly MarkerReason[] };

const none = (...reasons: readonly MarkerReason[]): Finding => ({ value: null, reasons: [...new Set(reasons)] });

const plausibly = (value: number, deviation: number, bounds: MarkerBounds): Finding =>
  isPlausible(value, bounds) ? { value, deviation: Math.hypot(deviation, bounds.residual) } : none('implausible');

const measured = ({ value, standardError, reasons }: Estimate, bounds: MarkerBounds): Finding =>
  value === null || standardError === null ? none(...reasons) : plausibly(value, standardError, bounds);

/**
 * The formula's value, and how far it moves as each marker that it starts from moves by its error, one at a time and to both
 * sides. A step never reaches zero: every such marker is positive.
 */
const derived = (row: DerivedMarker, evidence: ScanEvidence, find: (name: MarkerName) => Finding): Finding => {
  const sources = row.from.map(find);
  const refusals = sources.flatMap((source) => (source.value === null ? source.reasons : []));
  const missing = row.needs.filter((input) => evidence.person[input] === undefined);
  if (refusals.length + missing.length > 0)
    return none(...refusals, ...missing.map((input) => `needs_${input}` as const));
  const known = sources.flatMap((source) => (source.value === null ? [] : [source]));
  const values = known.map(({ value }) => value);
  const at = (moved: readonly number[]): number => row.derive(moved, evidence.person as KnownPerson, evidence.analysis);
  const value = at(values);
  if (Number.isNaN(value)) return none('outside_of_formula');
  const moves = known.map(({ value: centre, deviation }, i) => {
    const [low, high] = [Math.max(centre / 10, centre - deviation), centre + deviation].map((edge) =>
      clamped(at(values.with(i, edge)), row),
    );
    return (high! - low!) / 2;
  });
  return plausibly(value, Math.hypot(...moves), row);
};

const markerOf = (finding: Finding, row: ValuedMarker): Marker =>
  finding.value === null ? withoutValue(row, finding.reasons) : withValue(finding.value, finding.deviation, row);

/** Over what is read off the pulse: quality and duration of the scan are no part of what they would vouch for. */
const summary = (row: SummaryMarker, markers: Partial<Markers>): Finding => {
  const confidences = MARKER_NAMES.flatMap((name) => {
    const { value = null, confidence = 0 } = markers[name] ?? {};
    const counts = MARKERS[name].kind === 'measured' && domainOf(name) !== 'composite' && value !== null;
    return counts ? [confidence] : [];
  });
  return confidences.length === 0 ? none('no_markers') : plausibly(row.summarise(confidences), 0, row);
};

/** The markers of a scan. Those that start from others ask for them, whatever the order of the table. */
export const markersOf = (evidence: ScanEvidence): Markers => {
  const findings = new Map<MarkerName, Finding>();
  const judge = (row: MarkerDefinition): Finding => {
    if (row.kind === 'measured') return measured(row.measure(evidence.analysis), row);
    return row.kind === 'derived' ? derived(row, evidence, find) : none();
  };
  const find = (name: MarkerName): Finding => {
    const finding = findings.get(name) ?? judge(MARKERS[name]);
    findings.set(name, finding);
    return finding;
  };
  const markers: Partial<Markers> = {};
  for (const name of MARKER_NAMES) {
    const row = MARKERS[name];
    if (row.kind === 'unsupported') markers[name] = withoutValue({ ...row, method: 'none' }, [row.reason], row.kind);
    if (row.kind === 'measured' || row.kind === 'derived') markers[name] = markerOf(find(name), row);
  }
  Object.assign(markers, estimatesOf({ ...(evidence.reference ?? NO_REFERENCE), heartRate: markers.heart_rate! }));
  for (const name of MARKER_NAMES) {
    const row = MARKERS[name];
    if (row.kind === 'summary') markers[name] = markerOf(summary(row, markers), row);
  }
  return Object.fromEntries(MARKER_NAMES.map((name) => [name, markers[name]])) as Markers;
};
