/** What a context makes of a reading, whatever it is of: fields that lie at any depth of plain data. */
export interface ReadValue {
  readonly value: string | number | null;
  readonly printed: string;
  readonly confidence: number;
  readonly status: 'ok' | 'low_confidence' | 'refused';
  readonly reasons: readonly string[];
  readonly alternatives: readonly { readonly value: string; readonly confidence: number }[];
  readonly review?: Review | undefined;
}

/** What a person says that stands there. */
export interface Review {
  readonly value: string | number | null;
  readonly reviewed_at: string;
  readonly reviewed_by: string;
}

const isObject = (node: unknown): node is Readonly<Record<string, unknown>> =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

/** Whether a part of a reading is something that was read, and no group of such. */
export const isField = (node: unknown): node is ReadValue => isObject(node) && 'status' in node && 'polygon' in node;

/** Of a field that has one, there is a unit to be read: its value is a number. */
export const isMeasured = (field: ReadValue): boolean => 'ucum' in field;

/** The same data with each field replaced. */
export const mapFields = <T>(node: T, change: (field: ReadValue) => ReadValue): T => {
  if (isField(node)) return change(node) as T;
  if (Array.isArray(node)) return node.map((part: unknown) => mapFields(part, change)) as T;
  if (!isObject(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([name, part]) => [name, mapFields(part, change)])) as T;
};

/** Refuses what is less sure than a caller wants; what was read is then among the alternatives. */
export const atLeast = <T>(reading: T, threshold: number): T =>
  mapFields(reading, (field) => {
    if (field.value === null || field.confidence >= threshold) return field;
    const { printed: value, confidence } = field;
    const others = field.alternatives.filter((one) => one.value !== value);
    return {
      ...field,
      value: null,
      status: 'refused',
      reasons: [...field.reasons, 'below_threshold'],
      alternatives: [{ value, confidence }, ...others],
    };
  });
