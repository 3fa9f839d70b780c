/** What the tables by which documents are read say of a thing that is measured. */
export interface Analyte {
  readonly key: string;
  readonly name: string;
  readonly loinc: string;
  /** Of the signs of life, no test of a laboratory. */
  readonly isVital: boolean;
}

/** What of those tables is needed to say in FHIR what was read; whoever serves documents has them. */
export interface FhirTerms {
  /** `undefined` where it is none that is known. */
  analyte(key: string): Analyte | undefined;
  /** What a kind of document is called. */
  title(type: string): string;
  /** What a field of a kind of device is, and which analytes it can be by the unit that it is shown in; null: none known. */
  shown(
    type: string,
    field: string,
  ): { readonly meaning: string; readonly analytes: readonly (string | null)[] } | undefined;
  /** Reads an amount with its currency (ISO 4217; empty where it is not said). */
  money(text: string): { readonly amount: string; readonly currency: string } | undefined;
  /** Whether a text has the form of a code of ICD-10. */
  isIcd10(text: string): boolean;
}
