import type { AnalyteGroup } from '../analytes/analyte.ts';

/** Labels that are no field of ours: what stands behind them must not be taken for the value of another label. */
export const OTHER_LABELS = [
  ...['sex', 'gender', 'age', 'address', 'phone', 'tel', 'fax', 'account', 'account no', 'page', 'printed', 'reported'],
  ...[
    'received',
    'ordered',
    'ordering physician',
    'referring physician',
    'attending',
    'ward',
    'room',
    'license',
    'npi',
  ],
  ...['dea', 'signature', 'effective', 'effective date', 'customer service', 'allergies', 'weight', 'height', 'status'],
  ...['report date', 'accession', 'accession no', 'lab no', 'sample id', 'ref by', 'issuer', 'payer id', 'dependents'],
] as const;

/** Groups of analytes in a lab report; a row below a heading that says urine is one of urine. */
export const LAB_GROUPS: readonly AnalyteGroup[] = [
  ...(['cbc', 'chem', 'lipid', 'thyroid', 'iron', 'vitamin'] as const),
  ...(['inflam', 'coag', 'cardiac', 'tumor'] as const),
];
