import { KINDS } from '../kinds/kinds.ts';
import { labelsOf, placesOf, type Labelled } from '../layout/labels.ts';
import type { Row } from '../layout/rows.ts';
import { textOf, trimmed, wholeOf, type Slice } from '../layout/spans.ts';
import { tableRows, type TableRow } from '../layout/table.ts';
import { readCount } from '../values/words.ts';
import { fieldOf, type Field } from './fields.ts';

/** A drug that is prescribed; what isn't printed is null. */
export interface Medication {
  readonly name: Field;
  readonly strength: Field | null;
  readonly form: Field | null;
  readonly sig: Field | null;
  readonly quantity: Field | null;
  readonly refills: Field | null;
}

const UNITS = 'mg\\/(?:\\d+\\s*)?mL|mcg\\/\\w+|mg\\/\\w+|mg|mcg|µg|ug|g|mL|units?\\/mL|units?|IU|mEq|mmol|%';
/** 20 mg, 500-125 mg, 0.05 %, 100 mcg/actuation. */
const STRENGTH = new RegExp(`(\\d+(?:[.,]\\d+)?(?:\\s?[-/]\\s?\\d+(?:[.,]\\d+)?)?\\s?(?:${UNITS}))(?![A-Za-z])`);
const FORM =
  /\b((?:extended[- ]release|delayed[- ]release|oral|ER|XR|DR|EC|ODT)?\s?(?:tab(?:let)?s?|cap(?:sule)?s?|solution|suspension|syrup|cream|ointment|gel|drops|inhaler|spray|patch(?:es)?|injection|suppositor(?:y|ies)|powder))\b/i;
/** How the directions of a drug begin, where they have no label. */
const DIRECTION = /^(?:take|apply|inhale|inject|instil+|insert|use|place|chew|dissolve|give|spray|1|2|one|two|half)\b/i;
const NUMBERING = /^(?:\d{1,2}[.)]|[•*·-]|Rx:?)\s*/;

const part = (slice: Slice, from: number, length: number): Slice =>
  trimmed({ span: slice.span, from: slice.from + from, to: slice.from + from + length });

const field = (slice: Slice, value: string | undefined = textOf(slice)): Field => fieldOf({ slice, value });

interface Head {
  readonly name: Slice;
  readonly strength: Slice;
  readonly form: Slice | undefined;
  /** What stands behind it in the same piece. */
  readonly rest: Slice;
}

/** A drug with its strength, at the beginning of a piece of text. */
const headIn = (whole: Slice): Head | undefined => {
  const text = textOf(whole);
  const skipped = NUMBERING.exec(text)?.[0].length ?? 0;
  const strength = STRENGTH.exec(text.slice(skipped));
  if (strength === null) return undefined;
  const at = skipped + strength.index;
  const name = part(whole, skipped, strength.index);
  const printed = textOf(name);
  if (!/^[\p{L}][\p{L}\p{N}\s/,().'-]{2,}$/u.test(printed) || DIRECTION.test(printed) || /:/.test(printed))
    return undefined;
  const end = at + strength[0].length;
  const behind = text.slice(end);
  const form = FORM.exec(behind);
  return {
    name,
    strength: part(whole, at, strength[0].length),
    form: form === null || form.index > 2 ? undefined : part(whole, end + form.index, form[0].length),
    rest: part(whole, end, behind.length),
  };
};

const LABELS = {
  sig: ['sig', 'directions', 'instructions', 'take', 'how to take', 's'],
  quantity: ['disp', 'dispense', 'qty', 'quantity', 'dispense quantity', 'd', 'disp #', 'amount'],
  refills: ['refills', 'refill', 'rf', 'repeats', 'rpt', 'refills remaining', 'refill(s)'],
  form: ['form', 'dosage form'],
  other: ['signature', 'daw', 'substitution', 'prescriber', 'dea', 'npi', 'date', 'patient', 'dob', 'generic'],
} as const;
type LabelName = keyof typeof LABELS;

interface Part {
  readonly head: Head;
  readonly rows: readonly Row[];
}

/** Everything from one drug to the next. */
const partsOf = (rows: readonly Row[]): Part[] => {
  const parts: { head: Head; rows: Row[] }[] = [];
  for (const row of rows) {
    const [first] = row.spans;
    const head = first === undefined ? undefined : headIn(wholeOf(first));
    if (head !== undefined) parts.push({ head, rows: [row] });
    else parts.at(-1)?.rows.push(row);
  }
  return parts;
};

/** Directions go on in the next row where that has no label and stands close below. */
const continued = (start: Slice, rows: readonly Row[], labels: readonly Labelled<LabelName>[]): Slice[] => {
  const lines = [start];
  let above = start.span;
  for (const { spans } of rows.slice(rows.findIndex(({ spans: row }) => row.includes(above)) + 1)) {
    const [next, ...others] = spans;
    if (next === undefined || others.length > 0 || labels.some(({ span }) => span === next)) break;
    const below = next.y - above.y < 1.5 * above.height;
    if (!below || Math.abs(next.left - start.span.left) > 6 * above.height) break;
    lines.push(wholeOf(next));
    above = next;
  }
  return lines;
};

const joined = (slices: readonly Slice[]): Field | null => {
  const fields = slices.map((slice) => field(slice));
  const [first] = fields;
  if (first === undefined) return null;
  const least = fields.reduce((a, b) => (b.confidence < a.confidence ? b : a));
  const value = fields.some((one) => one.value === null) ? null : fields.map((one) => one.value).join(' ');
  return { ...first, ...least, value, printed: fields.map(({ printed }) => printed).join(' '), polygon: first.polygon };
};

/** Directions without a label: what is behind the drug, else a row that begins as directions do. */
const unlabelledSig = ({ head, rows }: Part): Slice | undefined => {
  const behind = trimmed(afterForm(head));
  if (/\p{L}{2}/u.test(textOf(behind))) return behind;
  const line = rows
    .slice(1)
    .flatMap(({ spans }) => spans)
    .find(({ text }) => DIRECTION.test(text));
  return line && wholeOf(line);
};

const afterForm = ({ rest, form }: Head): Slice => {
  const from = form === undefined ? rest.from : form.to;
  const skipped = /^[\s,;:–-]*/.exec(textOf({ span: rest.span, from, to: rest.to }))?.[0].length ?? 0;
  return { span: rest.span, from: from + skipped, to: rest.to };
};

const orNull = (slice: Slice | undefined, value?: (text: string) => string | undefined): Field | null => {
  if (slice === undefined) return null;
  return value === undefined ? field(slice) : field(slice, value(textOf(slice)));
};

const medicationOf = (whole: Part): Medication => {
  const { head, rows } = whole;
  const labels = labelsOf<LabelName>(rows, LABELS);
  const labelled = (name: LabelName): Slice | undefined =>
    labels
      .filter((label) => label.name === name && label.marked)
      .flatMap((label) => placesOf(label, rows, labels).slice(0, 1))[0];
  const sig = labelled('sig') ?? unlabelledSig(whole);
  return {
    name: field(head.name),
    strength: field(head.strength),
    form: orNull(head.form ?? labelled('form')),
    sig: joined(sig === undefined ? [] : continued(sig, rows, labels)),
    quantity: orNull(labelled('quantity'), readCount),
    refills: orNull(labelled('refills'), readCount),
  };
};

type MedicationColumn = keyof typeof KINDS.prescription.columns;

/** A row of a table of drugs; the strength stands in a column of its own or behind the name. */
const fromTable = ({ cells }: TableRow<MedicationColumn>): Medication[] => {
  const cell = (column: MedicationColumn): Slice | undefined => cells[column]?.[0];
  const named = cell('name');
  if (named === undefined || !/\p{L}{3}/u.test(textOf(named))) return [];
  const head: Partial<Head> = headIn(named) ?? {};
  const strength = cell('strength') ?? head.strength;
  if (strength === undefined) return [];
  return [
    {
      name: field(head.name ?? trimmed(named)),
      strength: field(strength),
      form: orNull(cell('form') ?? head.form),
      sig: joined(cells.sig ?? []),
      quantity: orNull(cell('quantity'), readCount),
      refills: orNull(cell('refills'), readCount),
    },
  ];
};

/** Drugs with what belongs to each, from the top: out of a table where there is one, else out of lists. */
export const medications = (rows: readonly Row[]): Medication[] => {
  const table = tableRows<MedicationColumn>(rows, { columns: KINDS.prescription.columns, first: 'name' });
  const listed = table.flatMap(fromTable);
  return listed.length > 0 ? listed : partsOf(rows).map(medicationOf);
};
