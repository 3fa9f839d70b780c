import type { DocumentReading } from '@smartscan/documents';
import {
  jpegOf,
  pdfOf,
  photographed,
  pngOf,
  rasterOf,
  turnedBy,
  type PageText,
} from '@smartscan/testing/document-page';
import { openReader, type OpenReader } from './open-reader.ts';

/** Pages in layouts of our own: none of them is one that is scored. */
const cells = (y: number, xs: readonly number[], texts: readonly string[], font?: PageText['font']): PageText[] =>
  texts.flatMap((text, i) => (text === '' ? [] : [{ x: xs[i]!, y, text, ...(font === undefined ? {} : { font }) }]));

const LAB_COLUMNS = [40, 210, 270, 330, 440];
const LAB: PageText[] = [
  { x: 40, y: 50, text: 'RIVERSIDE PATHOLOGY LABORATORIES', size: 15, font: 'bold' },
  ...cells(82, [40, 330], ['Name: Maria van der Berg', 'Patient ID: 00481-77']),
  ...cells(98, [40, 330], ['D.O.B: 5 Mar 1961', 'Date Collected: March 9, 2026']),
  ...cells(130, LAB_COLUMNS, ['Investigation', 'Flag', 'Observed Value', '', 'Units'], 'bold'),
  { x: 490, y: 130, text: 'Ref. Range', font: 'bold' },
  { x: 40, y: 152, text: 'HAEMATOLOGY', font: 'bold' },
  ...[
    ['Haemoglobin', 'L', '10,4', 'g/dL', '12.0 - 15.5'],
    ['White cell count', '', '7.9', 'x10^9/L', '4.0 - 11.0'],
    ['Neutrophils', '', '61', '%', '40 - 75'],
    ['Packed cell volume', '', '33.1', '%', '36.0 - 46.0'],
    ['Ferritin', 'L', '8', 'ug/L', '15 - 200'],
    ['Creatinine', '', '71', 'umol/L', '45 - 84'],
    ['Potassium', 'H', '5.6', 'mmol/L', '3.5 - 5.1'],
    ['hs-CRP', '', '< 0.5', 'mg/L', '< 3.0'],
    ['TSH', '', '2.31', 'mIU/L', '0.40 - 4.00'],
  ].flatMap((row, i) => cells(172 + 20 * i, [40, 210, 270, 440, 490], row)),
  ...cells(172 + 20 * 9, [40, 270, 440, 490], ['Sodium', '1400', 'mmol/L', '136 - 145']),
];

const PRESCRIPTION: PageText[] = [
  { x: 60, y: 60, text: 'Harbour Family Practice', size: 16, font: 'serif' },
  ...cells(95, [60, 330], ["Patient's name: Tomas Quill", 'Date of birth: 11 Nov 1980'], 'serif'),
  ...cells(112, [60, 330], ['Date written: 2026-04-30', 'Prescriber: Ada Marsh, MD'], 'serif'),
  { x: 60, y: 150, text: '1. Metformin 500 mg extended-release tablets', size: 13, font: 'serif' },
  { x: 80, y: 168, text: 'Take one tablet twice daily with the morning', font: 'serif' },
  { x: 80, y: 181, text: 'and the evening meal', font: 'serif' },
  { x: 80, y: 198, text: 'Qty: 180     Refills: none', font: 'serif' },
  { x: 60, y: 230, text: '2. Timolol 0.5 % ophthalmic solution', size: 13, font: 'serif' },
  { x: 80, y: 248, text: 'Directions: 1 drop in each eye every morning', font: 'serif' },
  { x: 80, y: 264, text: 'Dispense: 10 mL', font: 'serif' },
  { x: 80, y: 280, text: 'Refills: 3', font: 'serif' },
];

const CARD: PageText[] = [
  { x: 50, y: 80, text: 'NORTHERN MUTUAL HEALTH', size: 20, font: 'bold' },
  ...cells(130, [50, 320], ['Subscriber: ELENA OKAFOR-DIAZ', 'Plan: Silver PPO']),
  ...cells(156, [50, 320], ['Subscriber ID: NMH 4471 0982', 'Group #: 77-1200B']),
  ...cells(190, [50, 200, 350], ['RX BIN', 'RX PCN', 'RX GRP']),
  ...cells(206, [50, 200, 350], ['003858', 'A4', 'NMHRX'], 'bold'),
  ...cells(240, [50, 200, 350], ['Office visit $20', 'Specialist $45', 'ER $300']),
];

const DISCHARGE: PageText[] = [
  { x: 50, y: 60, text: 'Discharge Summary', size: 17, font: 'bold' },
  ...cells(92, [50, 320], ['Patient Name: Priya Holt', 'Medical Record Number: 77120934']),
  ...cells(108, [50, 320], ['Admission date: 2 Feb 2026', 'Discharge date: 6 Feb 2026']),
  { x: 50, y: 140, text: 'DISCHARGE DIAGNOSES', font: 'bold' },
  { x: 60, y: 157, text: '1. Acute appendicitis K35.80' },
  { x: 60, y: 173, text: '2. Community-acquired pneumonia (J18.9)' },
  { x: 50, y: 200, text: 'Vitals: BP 142/88 mmHg, HR 72 bpm, Temp 98.6 F, SpO2 97 %' },
  { x: 50, y: 228, text: 'Discharge Medications', font: 'bold' },
  { x: 60, y: 245, text: 'Amlodipine 5 mg tablet - 1 tablet once daily' },
  { x: 60, y: 261, text: 'Ibuprofen 400 mg tablet - 1 tablet every 8 hours' },
  { x: 50, y: 290, text: 'Follow-up', font: 'bold' },
  { x: 60, y: 307, text: 'Surgical clinic in two weeks.' },
];

const RECEIPT: PageText[] = [
  { x: 60, y: 60, text: 'CORNER HARDWARE', size: 18, font: 'mono' },
  ...['Date: 2026-04-02', 'Hammer 16 oz 24.99', 'Nails 2 kg 8.50', 'Total 33.49', 'Thank you'].map((text, i) => ({
    x: 60,
    y: 100 + 20 * i,
    text,
    font: 'mono' as const,
  })),
];

const ASLANT = {
  corners: [
    [0.06, 0.03],
    [-0.02, -0.02],
    [0.01, 0.02],
    [-0.04, -0.05],
  ],
  table: [58, 46, 40],
  margin: 0.08,
} as const;

const PICTURES: Readonly<Record<string, (page: readonly PageText[]) => Promise<Uint8Array>>> = {
  'a PDF with text': (page) => Promise.resolve(pdfOf([page])),
  'a scan': async (page) => pngOf(await rasterOf(pdfOf([page]))),
  'a photo from aslant': async (page) => jpegOf(photographed(await rasterOf(pdfOf([page])), ASLANT)),
  'a photo that stands on its head': async (page) =>
    jpegOf(await turnedBy(photographed(await rasterOf(pdfOf([page])), ASLANT), 2)),
  'a photo that lies on its side': async (page) =>
    jpegOf(await turnedBy(photographed(await rasterOf(pdfOf([page])), ASLANT), 1)),
};
const UPRIGHT = ['a PDF with text', 'a scan', 'a photo from aslant'];
const TURNED = Object.keys(PICTURES).filter((way) => !UPRIGHT.includes(way));

let open: OpenReader;

beforeAll(async () => {
  open = await openReader();
});

afterAll(() => open.close());

const readAs = async (way: string, page: readonly PageText[]): Promise<DocumentReading> =>
  open.reader.read(await PICTURES[way]!(page));

const valuesOf = (fields: Readonly<Record<string, { readonly value: unknown } | undefined>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field?.value]));

describe.each(UPRIGHT)('a document as %s', (way) => {
  it('that is a lab report gives every row its value, unit and code, and refuses what no human has', async () => {
    const {
      documents: [document],
    } = await readAs(way, LAB);
    if (document.kind !== 'lab_report') throw new Error(document.kind);
    expect(valuesOf(document.fields)).toMatchObject({
      patient_name: 'Maria van der Berg',
      mrn: '00481-77',
      date_of_birth: '1961-03-05',
      collected: '2026-03-09',
    });
    const rows = document.lists.results.map(({ analyte, result }) => [analyte, result.value, result.ucum]);
    expect(rows).toEqual([
      ['hgb', 10.4, 'g/dL'],
      ['wbc', 7.9, '10*9/L'],
      ['neut_pct', 61, '%'],
      ['hct', 33.1, '%'],
      ['ferritin', 8, 'ug/L'],
      ['creat', 71, 'umol/L'],
      ['k', 5.6, 'mmol/L'],
      ['hscrp', 0.5, 'mg/L'],
      ['tsh', 2.31, 'm[IU]/L'],
      ['na', null, 'mmol/L'],
    ]);
    // A letter that stands alone may be overlooked in a picture; what is seen of it is right.
    const flags = document.lists.results.map(({ flag }) => flag);
    const printed = ['low', null, null, null, 'low', null, 'high', null, null, null];
    expect(flags.map((flag, i) => (way === 'a PDF with text' ? flag : (flag ?? printed[i])))).toEqual(printed);
    expect(document.lists.results[7]!.result.comparator).toBe('<');
    expect(document.lists.results[9]!.result).toMatchObject({ status: 'refused', reasons: ['implausible'] });
  });

  it('that is a prescription gives every drug what belongs to it', async () => {
    const {
      documents: [document],
    } = await readAs(way, PRESCRIPTION);
    if (document.kind !== 'prescription') throw new Error(document.kind);
    expect(valuesOf(document.fields)).toEqual({
      patient_name: 'Tomas Quill',
      date_of_birth: '1980-11-11',
      date: '2026-04-30',
      prescriber: 'Ada Marsh',
    });
    const drugs = document.lists.medications.map(({ name, strength, sig, quantity, refills }) => [
      ...[name, strength, sig, quantity, refills].map((field) => field?.value ?? null),
    ]);
    expect(drugs).toEqual([
      ['Metformin', '500 mg', 'Take one tablet twice daily with the morning and the evening meal', '180', '0'],
      ['Timolol', '0.5 %', '1 drop in each eye every morning', '10', '3'],
    ]);
  });

  it('that is an insurance card gives its numbers, also from below their labels', async () => {
    const {
      documents: [document],
    } = await readAs(way, CARD);
    if (document.kind !== 'insurance_card') throw new Error(document.kind);
    expect(valuesOf(document.fields)).toEqual({
      payer: 'NORTHERN MUTUAL HEALTH',
      member_name: 'ELENA OKAFOR-DIAZ',
      member_id: 'NMH 4471 0982',
      group: '77-1200B',
      plan: 'Silver PPO',
      rx_bin: '003858',
      rx_pcn: 'A4',
      rx_group: 'NMHRX',
      copay_primary_care: '20',
      copay_specialist: '45',
      copay_emergency: '300',
    });
  });

  it('that is a discharge summary gives diagnoses with their codes, vital signs in their units, drugs and what follows', async () => {
    const {
      documents: [document],
    } = await readAs(way, DISCHARGE);
    if (document.kind !== 'discharge_summary') throw new Error(document.kind);
    expect(valuesOf(document.fields)).toEqual({
      patient_name: 'Priya Holt',
      mrn: '77120934',
      admitted: '2026-02-02',
      discharged: '2026-02-06',
    });
    const { diagnoses, vital_signs, medications, follow_up } = document.lists;
    expect(diagnoses.map(({ diagnosis, icd10 }) => [diagnosis.value, icd10?.value])).toEqual([
      ['Acute appendicitis', 'K35.80'],
      ['Community-acquired pneumonia', 'J18.9'],
    ]);
    expect(vital_signs.map(({ analyte, result }) => [analyte, result.value, result.ucum]).sort()).toEqual([
      ['dia', 88, 'mm[Hg]'],
      ['pulse', 72, '/min'],
      ['spo2', 97, '%'],
      ['sys', 142, 'mm[Hg]'],
      ['temp', 98.6, '[degF]'],
    ]);
    expect(medications.map(({ name, strength, sig }) => [name.value, strength?.value, sig?.value])).toEqual([
      ['Amlodipine', '5 mg', '1 tablet once daily'],
      ['Ibuprofen', '400 mg', '1 tablet every 8 hours'],
    ]);
    expect(follow_up.map(({ value }) => value)).toEqual(['Surgical clinic in two weeks.']);
  });

  it('that is a receipt is no medical document', async () => {
    const {
      documents: [document],
    } = await readAs(way, RECEIPT);
    expect(document.kind).toBe('not_a_medical_document');
  });
});

describe.each(TURNED)('a document as %s', (way) => {
  it('is read as if it were upright', async () => {
    const {
      documents: [document],
    } = await readAs(way, LAB);
    if (document.kind !== 'lab_report') throw new Error(document.kind);
    expect(document.fields.patient_name?.value).toBe('Maria van der Berg');
    const values = document.lists.results.map(({ analyte, result }) => `${analyte} ${result.value}`);
    expect(values.join()).toBe(
      'hgb 10.4,wbc 7.9,neut_pct 61,hct 33.1,ferritin 8,creat 71,k 5.6,hscrp 0.5,tsh 2.31,na null',
    );
  });
});

describe('a page that is wider than high', () => {
  // From the side its lines look like rows of digits.
  it.each([380, 420])('of %d points is a document, and no device', async (height) => {
    const photo = jpegOf(photographed(await rasterOf(pdfOf([LAB], height)), ASLANT));
    const {
      documents: [document],
    } = await open.reader.read(await photo);
    expect(document.kind).toBe('lab_report');
  });
});

describe('what is read of a document', () => {
  it('says where it stands: the polygon holds the value, in pixels of the picture as it was sent', async () => {
    const {
      documents: [document],
      pages,
    } = await readAs('a scan', LAB);
    if (document.kind !== 'lab_report') throw new Error(document.kind);
    const { polygon, page } = document.lists.results[1]!.result;
    const pixels = 150 / 72;
    expect(page).toBe(1);
    const [left, top, right, bottom] = [polygon[0].x, polygon[0].y, polygon[2].x, polygon[2].y];
    expect(left).toBeLessThan(272 * pixels);
    expect(right).toBeGreaterThan(280 * pixels);
    expect(right - left).toBeLessThan(60 * pixels);
    expect((top + bottom) / 2).toBeGreaterThan(180 * pixels);
    expect((top + bottom) / 2).toBeLessThan(194 * pixels);
    expect(pages[0]!.width).toBeGreaterThan(1200);
  });

  it('goes over all pages of a PDF, and says on which page it was', async () => {
    const second = LAB.filter(({ y }) => y === 130).concat(
      cells(160, [40, 270, 440, 490], ['Albumin', '41', 'g/L', '35 - 50']),
    );
    const {
      documents: [document],
      pages,
    } = await open.reader.read(pdfOf([LAB, second]));
    if (document.kind !== 'lab_report') throw new Error(document.kind);
    expect(pages.map(({ source }) => source)).toEqual(['text_layer', 'text_layer']);
    const last = document.lists.results.at(-1)!;
    expect(last).toMatchObject({
      analyte: 'alb',
      result: { value: 41, page: 2, comparable: { value: 4.1, ucum: 'g/dL' } },
    });
  });
});
