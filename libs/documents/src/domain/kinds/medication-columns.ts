import type { Column } from './kind.ts';

export const MEDICATION_COLUMNS = {
  name: { meaning: 'drug', heads: ['medication', 'medications', 'drug', 'drug name', 'medicine', 'product'] },
  strength: { meaning: 'strength', heads: ['strength', 'dose', 'dosage'] },
  form: { meaning: 'form', heads: ['form', 'dosage form'] },
  sig: { meaning: 'how to take it', heads: ['sig', 'directions', 'instructions', 'frequency', 'how to take'] },
  quantity: { meaning: 'how much is dispensed', heads: ['qty', 'quantity', 'disp', 'dispense', 'amount'] },
  refills: { meaning: 'refills', heads: ['refills', 'refill', 'repeats', 'rpt', 'rf'] },
} as const satisfies Record<string, Column>;
