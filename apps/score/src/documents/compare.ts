import type { DocumentReading } from '@smartscan/documents';

type ReadDocument = DocumentReading['documents'][number];

/** A document as it was made. */
export interface LabelledDocument {
  readonly base: string;
  readonly type: string;
  readonly gt: Readonly<Record<string, unknown>>;
}

export interface Compared {
  readonly name: string;
  readonly truth: string;
  readonly read: string | null;
  readonly outcome: 'right' | 'wrong' | 'refused' | 'missing';
  /** What came of it, said to be uncertain. */
  readonly flagged: boolean;
}

export interface Comparison {
  readonly type: boolean;
  readonly fields: readonly Compared[];
  readonly rows: readonly Compared[];
}

/** A field as far as it is compared. */
interface Read {
  readonly value: string | number | null;
  readonly printed: string;
  readonly status: string;
}

/** Case, spaces and marks aside: what is compared is what was read, not how it was set. */
const plain = (text: string): string => text.toLowerCase().replace(/[\s,;:()–-]+/g, '');

const compared = (name: string, truth: string, field: Read | null | undefined, said: string | null): Compared => {
  if (field === null || field === undefined) return { name, truth, read: null, outcome: 'missing', flagged: false };
  if (field.value === null || said === null) return { name, truth, read: null, outcome: 'refused', flagged: false };
  const right = plain(said) === plain(truth);
  return { name, truth, read: said, outcome: right ? 'right' : 'wrong', flagged: field.status !== 'ok' };
};

const textOf = (field: Read | null | undefined): string | null =>
  field?.value === null || field?.value === undefined ? null : String(field.value);

/** Names of the truth, and those under which we read the same. */
const NAMES: Readonly<Record<string, string>> = {
  dob: 'date_of_birth',
  rxbin: 'rx_bin',
  rxpcn: 'rx_pcn',
};
const COPAYS = ['copay_primary_care', 'copay_specialist', 'copay_emergency'] as const;
const VITALS: Readonly<Record<string, string>> = {
  hr: 'pulse',
  spo2: 'spo2',
  temp: 'temp',
  weight: 'weight',
};

type Fields = Readonly<Record<string, Read | undefined>>;

const fieldsOf = (document: ReadDocument): Fields =>
  document.kind === 'not_a_medical_document' ? {} : (document.fields as Fields);

const drugs = (truth: readonly Record<string, string>[], document: ReadDocument): Compared[] => {
  const read = document.kind === 'prescription' ? document.lists.medications : [];
  return truth.flatMap((drug) => {
    const same = read.find(({ name }) => plain(name.printed) === plain(drug['name']!));
    const parts = {
      name: same?.name,
      strength: same?.strength,
      sig: same?.sig,
      qty: same?.quantity,
      refills: same?.refills,
    };
    return Object.entries(parts).map(([part, field]) =>
      compared(`${drug['name']}.${part}`, drug[part]!, field, textOf(field)),
    );
  });
};

const copays = (truth: readonly string[], document: ReadDocument): Compared[] =>
  COPAYS.map((name, i) => {
    const field = fieldsOf(document)[name];
    return compared(name, truth[i]!.replace('$', ''), field, textOf(field));
  });

const vital = (name: string, truth: string, document: ReadDocument): Compared => {
  const signs = document.kind === 'discharge_summary' ? document.lists.vital_signs : [];
  const named = (key: string): Read | undefined => signs.find(({ analyte }) => analyte === key)?.result;
  if (name !== 'bp') return compared(name, truth, named(VITALS[name]!), textOf(named(VITALS[name]!)));
  const [systolic, diastolic] = [named('sys'), named('dia')];
  return compared(name, truth, systolic, `${textOf(systolic)}/${textOf(diastolic)}`);
};

const diagnosis = (truth: string, document: ReadDocument): Compared => {
  const [first] = document.kind === 'discharge_summary' ? document.lists.diagnoses : [];
  const said = first === undefined ? null : `${textOf(first.diagnosis)} ${first.icd10?.value ?? ''}`;
  return compared('diagnosis', truth, first?.diagnosis, said);
};

const fieldsCompared = ({ gt }: LabelledDocument, document: ReadDocument): Compared[] =>
  Object.entries(gt).flatMap(([name, truth]) => {
    if (name === 'rows') return [];
    if (name === 'meds') return drugs(truth as Record<string, string>[], document);
    if (name === 'copays') return copays(truth as string[], document);
    if (name === 'diagnosis') return [diagnosis(truth as string, document)];
    if (name === 'bp' || name in VITALS) return [vital(name, truth as string, document)];
    const field = fieldsOf(document)[NAMES[name] ?? name];
    return [compared(name, truth as string, field, textOf(field))];
  });

/** Name, value and unit together: all as printed, the value to the last digit. */
const rowsCompared = ({ gt }: LabelledDocument, document: ReadDocument): Compared[] => {
  const truth = (gt['rows'] ?? []) as readonly Record<string, string>[];
  const read = document.kind === 'lab_report' ? document.lists.results : [];
  return truth.map((row) => {
    const same = read.find(({ name }) => plain(name) === plain(row['name']!));
    const field = same?.result;
    const said = field?.value == null ? null : `${field.printed} ${field.unit ?? ''}`;
    return compared(row['name']!, `${row['value']} ${row['unit']}`, field, said);
  });
};

/** What was read beside what is true. A value that is not there is missing, one that is withheld refused: neither is wrong. */
export const compare = (truth: LabelledDocument, document: ReadDocument): Comparison => ({
  type: truth.type === document.kind,
  fields: fieldsCompared(truth, document),
  rows: rowsCompared(truth, document),
});
