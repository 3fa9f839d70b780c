import { analyteOf } from '@smartscan/documents/analytes';
import { DEVICES } from '@smartscan/documents/devices';
import { KINDS } from '@smartscan/documents/kinds';
import { isIcd10, readMoney } from '@smartscan/documents/words';
import { NO_DOCUMENT } from '@smartscan/kernel';
import type { FhirTerms } from '../app/fhir-terms.ts';

interface Titled {
  readonly title: string;
}
interface Shown {
  readonly meaning: string;
  readonly units: Readonly<Record<string, { readonly analyte: string | null }>>;
}

const TITLES: Readonly<Record<string, Titled>> = {
  ...DEVICES,
  ...KINDS,
  [NO_DOCUMENT]: { title: 'No medical document' },
};
const FIELDS: Readonly<Record<string, { readonly fields: Readonly<Record<string, Shown>> }>> = DEVICES;

/** What FHIR needs of the tables that documents are read by. */
export const FHIR_TERMS: FhirTerms = {
  analyte: (key) => {
    const analyte = analyteOf(key);
    return analyte && { key, name: analyte.name, loinc: analyte.loinc, isVital: analyte.group === 'vital' };
  },
  title: (type) => TITLES[type]?.title ?? 'Document',
  shown: (type, name) => {
    const field = FIELDS[type]?.fields[name];
    if (field === undefined) return undefined;
    const analytes = Object.values(field.units).map(({ analyte }) => analyte);
    return { meaning: field.meaning, analytes: [...new Set(analytes)] };
  },
  money: readMoney,
  isIcd10,
};
