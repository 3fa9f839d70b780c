import type { PaperType } from '@smartscan/kernel';
import { DISCHARGE_SUMMARY } from './discharge-summary.ts';
import { INSURANCE_CARD } from './insurance-card.ts';
import type { KindOfDocument } from './kind.ts';
import { LAB_REPORT } from './lab-report.ts';
import { PRESCRIPTION } from './prescription.ts';

/**
 * The kinds of document, and what is read from each. Types of results, the document of the fields and their tests come from
 * here; a label that is missing here is added here.
 */
export const KINDS = {
  lab_report: LAB_REPORT,
  prescription: PRESCRIPTION,
  insurance_card: INSURANCE_CARD,
  discharge_summary: DISCHARGE_SUMMARY,
} as const satisfies Readonly<Record<PaperType, KindOfDocument>>;

export type FieldName<K extends PaperType> = keyof (typeof KINDS)[K]['fields'] & string;
export type ListName<K extends PaperType> = keyof (typeof KINDS)[K]['lists'] & string;
