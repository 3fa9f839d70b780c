/** How what stands behind a label is read. */
export type ValueKind = 'name' | 'date' | 'identifier' | 'code' | 'money' | 'text';

/** A field that stands beside or below a label. */
export interface LabelledField {
  readonly meaning: string;
  readonly value: ValueKind;
  readonly labels: readonly string[];
}

/** A column of a table, by what stands at its head. */
export interface Column {
  readonly meaning: string;
  readonly heads: readonly string[];
}

/** A part of a document under a heading. */
export interface Section {
  readonly meaning: string;
  readonly headings: readonly string[];
}

export interface KindOfDocument {
  readonly title: string;
  /** Phrases that documents of this kind print, and how much each tells. */
  readonly evidence: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, LabelledField>>;
  readonly columns: Readonly<Record<string, Column>>;
  readonly sections: Readonly<Record<string, Section>>;
  /** What is read besides the labelled fields: a list of rows under each name. */
  readonly lists: Readonly<Record<string, string>>;
}
