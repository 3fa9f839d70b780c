/** What a measurement belongs to; `urine` and `device` are not what a row of a blood panel means. */
export type AnalyteGroup =
  | 'vital'
  | 'device'
  | 'cbc'
  | 'chem'
  | 'lipid'
  | 'thyroid'
  | 'iron'
  | 'vitamin'
  | 'inflam'
  | 'coag'
  | 'cardiac'
  | 'tumor'
  | 'urine';

/** One thing that is measured. */
export interface Analyte {
  readonly key: string;
  readonly group: AnalyteGroup;
  readonly name: string;
  /** How documents call it. */
  readonly aliases: readonly string[];
  readonly loinc: string;
  /** Whether the code was seen in a published list; else it is from memory, and only its check digit is known to be right. */
  readonly loincSource: 'published' | 'unverified';
  /** The unit that values are compared in. */
  readonly ucum: string;
  /** Units of another kind (moles, activity), with the factor that takes them to `ucum`. */
  readonly alternates: Readonly<Record<string, number>>;
  /** In `ucum`. What lies beyond is a misread, not a patient. */
  readonly plausible: readonly [number, number];
}

type Head = readonly [key: string, group: AnalyteGroup, name: string, loinc: string, ucum: string];
export type AnalyteRow = Omit<Analyte, 'loincSource'>;

/** A row of a table of analytes; where its code comes from, the table says. */
export const row = (
  [key, group, name, loinc, ucum]: Head,
  aliases: readonly string[],
  plausible: readonly [number, number],
  alternates: Readonly<Record<string, number>> = {},
): AnalyteRow => ({ key, group, name, loinc, ucum, aliases, plausible, alternates });
