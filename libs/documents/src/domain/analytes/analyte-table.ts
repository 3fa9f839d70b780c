import { row, type Analyte, type AnalyteRow } from './analyte.ts';
import { DEVICE_ANALYTES } from './device-analytes.ts';

/**
 * Codes that stand in the HL7 FHIR R4 value set of vital signs or in a published list of common laboratory tests.
 *
 * This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the
 * Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at
 * http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief Institute, Inc.
 */
const PUBLISHED: readonly AnalyteRow[] = [
  row(['sys', 'vital', 'Systolic blood pressure', '8480-6', 'mm[Hg]'], ['SYS', 'SBP', 'systolic'], [40, 300], {
    kPa: 7.50062,
  }),
  row(['dia', 'vital', 'Diastolic blood pressure', '8462-4', 'mm[Hg]'], ['DIA', 'DBP', 'diastolic'], [20, 200], {
    kPa: 7.50062,
  }),
  row(['pulse', 'vital', 'Heart rate', '8867-4', '/min'], ['PUL', 'PULSE', 'HR', 'heart rate', 'bpm', 'PR'], [20, 300]),
  row(['hrv_sdnn', 'vital', 'HRV SDNN (R-R interval SD)', '80404-7', 'ms'], ['SDNN', 'HRV'], [1, 300]),
  row(
    ['spo2', 'vital', 'Oxygen saturation by pulse oximetry', '59408-5', '%'],
    ['SpO2', '%SpO2', 'O2 sat', 'sat'],
    [50, 100],
  ),
  row(
    [
      'sao2',
      'vital',
      'Oxygen saturation in arterial blood (FHIR R4 vital-signs profile code; send with 59408-5)',
      '2708-6',
      '%',
    ],
    ['SaO2'],
    [50, 100],
  ),
  row(['resp_rate', 'vital', 'Respiratory rate', '9279-1', '/min'], ['RR', 'resp', 'respiration'], [4, 80]),
  row(['temp', 'vital', 'Body temperature', '8310-5', 'Cel'], ['TEMP', 'temperature', 'T'], [25, 45], {}),
  row(['weight', 'vital', 'Body weight', '29463-7', 'kg'], ['WT', 'weight', 'Wt'], [0.3, 450], {
    '[lb_av]': 0.45359237,
    g: 0.001,
  }),
  row(['height', 'vital', 'Body height', '8302-2', 'cm'], ['HT', 'height'], [20, 260], { '[in_i]': 2.54, m: 100 }),
  row(['bmi', 'vital', 'Body mass index', '39156-5', 'kg/m2'], ['BMI'], [7, 100]),
  row(
    ['wbc', 'cbc', 'Leukocytes', '6690-2', '10*3/uL'],
    ['WBC', 'white blood cells', 'TLC', 'leucocytes', 'total WBC count', 'white cell count'],
    [0.1, 400],
    { '10*9/L': 1, '/uL': 0.001, '{cells}/uL': 0.001 },
  ),
  row(['rbc', 'cbc', 'Erythrocytes', '789-8', '10*6/uL'], ['RBC', 'red blood cells', 'RBC count'], [0.5, 10], {
    '10*12/L': 1,
  }),
  row(['hgb', 'cbc', 'Hemoglobin', '718-7', 'g/dL'], ['HGB', 'Hb', 'Hgb', 'haemoglobin'], [2, 25], { 'g/L': 0.1 }),
  row(['hct', 'cbc', 'Hematocrit', '4544-3', '%'], ['HCT', 'PCV', 'packed cell volume', 'haematocrit'], [5, 75], {
    'L/L': 100,
  }),
  row(['rdw', 'cbc', 'RDW (CV)', '788-0', '%'], ['RDW', 'RDW-CV', 'red cell distribution width'], [8, 40]),
  row(['plt', 'cbc', 'Platelets', '777-3', '10*3/uL'], ['PLT', 'platelet count', 'thrombocytes'], [1, 3000], {
    '10*9/L': 1,
    '/uL': 0.001,
  }),
  row(['mpv', 'cbc', 'Platelet mean volume', '32623-1', 'fL'], ['MPV', 'mean platelet volume'], [4, 20]),
  row(
    ['glucose', 'chem', 'Glucose, serum or plasma', '2345-7', 'mg/dL'],
    ['glucose', 'blood sugar', 'random glucose', 'RBS'],
    [10, 1500],
    { 'mmol/L': 18.0156 },
  ),
  row(
    ['hba1c', 'chem', 'Hemoglobin A1c (NGSP)', '4548-4', '%'],
    ['HbA1c', 'A1C', 'HBA1C', 'glycated hemoglobin', '%A1C'],
    [2, 20],
  ),
  row(['bun', 'chem', 'Urea nitrogen', '3094-0', 'mg/dL'], ['BUN', 'urea nitrogen'], [1, 300], { 'mmol/L': 2.8014 }),
  row(['creat', 'chem', 'Creatinine', '2160-0', 'mg/dL'], ['creatinine', 'CREA', 'S. creatinine'], [0.1, 30], {
    'umol/L': 0.0113122,
  }),
  row(['na', 'chem', 'Sodium', '2951-2', 'mmol/L'], ['Na', 'Na+', 'sodium'], [90, 200], { 'meq/L': 1 }),
  row(['k', 'chem', 'Potassium', '2823-3', 'mmol/L'], ['K', 'K+', 'potassium'], [1, 12], { 'meq/L': 1 }),
  row(['cl', 'chem', 'Chloride', '2075-0', 'mmol/L'], ['Cl', 'Cl-', 'chloride'], [60, 150], { 'meq/L': 1 }),
  row(['co2', 'chem', 'Carbon dioxide, total', '2028-9', 'mmol/L'], ['CO2', 'TCO2', 'bicarbonate', 'HCO3'], [3, 60], {
    'meq/L': 1,
  }),
  row(['mg', 'chem', 'Magnesium', '19123-9', 'mg/dL'], ['Mg', 'magnesium'], [0.3, 10], { 'mmol/L': 2.4305 }),
  row(['tp', 'chem', 'Protein, total', '2885-2', 'g/dL'], ['total protein', 'TP'], [1, 15], { 'g/L': 0.1 }),
  row(['alb', 'chem', 'Albumin', '1751-7', 'g/dL'], ['albumin', 'ALB'], [0.5, 8], { 'g/L': 0.1 }),
  row(
    ['tbil', 'chem', 'Bilirubin, total', '1975-2', 'mg/dL'],
    ['bilirubin total', 'total bilirubin', 'TBIL'],
    [0, 60],
    { 'umol/L': 0.0584767 },
  ),
  row(['alt', 'chem', 'Alanine aminotransferase', '1742-6', 'U/L'], ['ALT', 'SGPT', 'ALT (SGPT)'], [1, 20000]),
  row(['ast', 'chem', 'Aspartate aminotransferase', '1920-8', 'U/L'], ['AST', 'SGOT', 'AST (SGOT)'], [1, 20000]),
  row(['alp', 'chem', 'Alkaline phosphatase', '6768-6', 'U/L'], ['ALP', 'alk phos', 'alkaline phosphatase'], [5, 5000]),
  row(
    ['chol', 'lipid', 'Cholesterol, total', '2093-3', 'mg/dL'],
    ['total cholesterol', 'cholesterol', 'CHOL'],
    [30, 1000],
    { 'mmol/L': 38.67 },
  ),
  row(['hdl', 'lipid', 'HDL cholesterol', '2085-9', 'mg/dL'], ['HDL', 'HDL-C', 'HDL cholesterol'], [3, 200], {
    'mmol/L': 38.67,
  }),
  row(['ldl_any', 'lipid', 'LDL cholesterol (method unspecified)', '2089-1', 'mg/dL'], ['LDL cholesterol'], [1, 800], {
    'mmol/L': 38.67,
  }),
  row(['trig', 'lipid', 'Triglycerides', '2571-8', 'mg/dL'], ['triglycerides', 'TG', 'TRIG'], [5, 10000], {
    'mmol/L': 88.57,
  }),
  row(['tsh', 'thyroid', 'Thyrotropin', '3016-3', 'm[IU]/L'], ['TSH'], [0.001, 500], { 'u[IU]/mL': 1 }),
  row(['iron', 'iron', 'Iron', '2498-4', 'ug/dL'], ['iron', 'serum iron', 'Fe'], [1, 1000], { 'umol/L': 5.5845 }),
  row(['ferritin', 'iron', 'Ferritin', '2276-4', 'ng/mL'], ['ferritin'], [0.5, 100000], { 'ug/L': 1 }),
  row(
    ['vitd', 'vitamin', '25-Hydroxyvitamin D3 (+D2: 62292-8)', '1989-3', 'ng/mL'],
    ['vitamin D', '25-OH vitamin D', 'vit D'],
    [1, 300],
    { 'nmol/L': 0.4006 },
  ),
  row(['pt', 'coag', 'Prothrombin time', '5902-2', 's'], ['PT', 'prothrombin time'], [5, 200]),
  row(['inr', 'coag', 'INR', '6301-6', '{INR}'], ['INR', 'PT-INR'], [0.5, 20]),
  row(['hs_tni', 'cardiac', 'Troponin I, high sensitivity', '89579-7', 'ng/L'], ['hs-TnI', 'troponin I'], [0, 100000], {
    'pg/mL': 1,
  }),
  row(['ntprobnp', 'cardiac', 'NT-proBNP', '33762-6', 'pg/mL'], ['NT-proBNP'], [1, 100000], { 'ng/L': 1 }),
];

/** From memory, with a valid check digit: to be checked against a release of LOINC before anybody relies on them. */
const UNVERIFIED: readonly AnalyteRow[] = [
  row(['map', 'vital', 'Mean blood pressure', '8478-0', 'mm[Hg]'], ['MAP', 'mean arterial pressure'], [25, 230]),
  row(
    ['pulse_oximeter', 'vital', 'Heart rate by pulse oximetry', '8889-8', '/min'],
    ['PR', 'PRbpm', 'pulse rate'],
    [20, 300],
  ),
  row(['body_fat', 'vital', 'Percentage of body fat measured', '41982-0', '%'], ['body fat', 'BF%'], [2, 70]),
  row(
    ['glucose_poc', 'device', 'Glucose capillary blood, glucometer (mass)', '41653-7', 'mg/dL'],
    ['GLU', 'blood glucose', 'BG'],
    [20, 600],
  ),
  row(
    ['glucose_poc_si', 'device', 'Glucose capillary blood, glucometer (molar)', '14743-9', 'mmol/L'],
    ['GLU', 'BG mmol'],
    [1.1, 33.3],
  ),
  row(['mcv', 'cbc', 'MCV', '787-2', 'fL'], ['mean corpuscular volume', 'mean cell volume'], [40, 150]),
  row(['mch', 'cbc', 'MCH', '785-6', 'pg'], ['mean corpuscular hemoglobin'], [10, 55]),
  row(['mchc', 'cbc', 'MCHC', '786-4', 'g/dL'], ['mean corpuscular hemoglobin concentration'], [20, 45], {
    'g/L': 0.1,
  }),
  row(['neut_pct', 'cbc', 'Neutrophils %', '770-8', '%'], ['neutrophils', 'NEUT%', 'polymorphs', 'segs'], [0, 100]),
  row(['neut_abs', 'cbc', 'Neutrophils absolute', '751-8', '10*3/uL'], ['ANC', 'neutrophils abs', 'NEUT#'], [0, 200], {
    '10*9/L': 1,
  }),
  row(['lymph_pct', 'cbc', 'Lymphocytes %', '736-9', '%'], ['lymphocytes', 'LYMPH%'], [0, 100]),
  row(['lymph_abs', 'cbc', 'Lymphocytes absolute', '731-0', '10*3/uL'], ['lymphocytes abs', 'LYMPH#'], [0, 300], {
    '10*9/L': 1,
  }),
  row(['mono_pct', 'cbc', 'Monocytes %', '5905-5', '%'], ['monocytes', 'MONO%'], [0, 100]),
  row(['mono_abs', 'cbc', 'Monocytes absolute', '742-7', '10*3/uL'], ['monocytes abs', 'MONO#'], [0, 100], {
    '10*9/L': 1,
  }),
  row(['eos_pct', 'cbc', 'Eosinophils %', '713-8', '%'], ['eosinophils', 'EOS%'], [0, 100]),
  row(['eos_abs', 'cbc', 'Eosinophils absolute', '711-2', '10*3/uL'], ['eosinophils abs', 'EOS#'], [0, 100], {
    '10*9/L': 1,
  }),
  row(['baso_pct', 'cbc', 'Basophils %', '706-2', '%'], ['basophils', 'BASO%'], [0, 50]),
  row(['baso_abs', 'cbc', 'Basophils absolute', '704-7', '10*3/uL'], ['basophils abs', 'BASO#'], [0, 20], {
    '10*9/L': 1,
  }),
  row(['esr', 'cbc', 'Erythrocyte sedimentation rate', '30341-2', 'mm/h'], ['ESR', 'sed rate'], [0, 200]),
  row(
    ['glucose_fasting', 'chem', 'Glucose fasting, serum or plasma', '1558-6', 'mg/dL'],
    ['fasting glucose', 'FBS', 'fasting blood sugar', 'glucose fasting', 'blood sugar fasting'],
    [10, 1500],
    { 'mmol/L': 18.0156 },
  ),
  row(['hba1c_ifcc', 'chem', 'Hemoglobin A1c (IFCC)', '59261-8', 'mmol/mol'], ['HbA1c IFCC'], [5, 200]),
  row(['urea', 'chem', 'Urea', '3091-6', 'mg/dL'], ['urea', 'blood urea'], [2, 650], { 'mmol/L': 6.006 }),
  row(['egfr', 'chem', 'eGFR (CKD-EPI)', '62238-1', 'mL/min/{1.73_m2}'], ['eGFR', 'GFR'], [1, 200]),
  row(['ca', 'chem', 'Calcium', '17861-6', 'mg/dL'], ['Ca', 'calcium'], [3, 20], { 'mmol/L': 4.0078 }),
  row(['phos', 'chem', 'Phosphate', '2777-1', 'mg/dL'], ['phosphorus', 'phosphate', 'PO4'], [0.2, 20], {
    'mmol/L': 3.0974,
  }),
  row(['urate', 'chem', 'Urate', '3084-1', 'mg/dL'], ['uric acid', 'urate', 'UA'], [0.3, 30], { 'umol/L': 0.0168106 }),
  row(['glob', 'chem', 'Globulin (calculated)', '10834-0', 'g/dL'], ['globulin'], [0.5, 10], { 'g/L': 0.1 }),
  row(
    ['dbil', 'chem', 'Bilirubin, direct', '1968-7', 'mg/dL'],
    ['direct bilirubin', 'conjugated bilirubin', 'DBIL'],
    [0, 40],
    { 'umol/L': 0.0584767 },
  ),
  row(['ggt', 'chem', 'Gamma glutamyl transferase', '2324-2', 'U/L'], ['GGT', 'gamma GT'], [1, 5000]),
  row(['ldh', 'chem', 'Lactate dehydrogenase', '2532-0', 'U/L'], ['LDH'], [20, 20000]),
  row(['ck', 'chem', 'Creatine kinase', '2157-6', 'U/L'], ['CK', 'CPK'], [5, 200000]),
  row(['amy', 'chem', 'Amylase', '1798-8', 'U/L'], ['amylase'], [5, 10000]),
  row(['lip', 'chem', 'Lipase', '3040-3', 'U/L'], ['lipase'], [1, 20000]),
  row(['ldl', 'lipid', 'LDL cholesterol (calculated)', '13457-7', 'mg/dL'], ['LDL', 'LDL-C', 'LDL calc'], [1, 800], {
    'mmol/L': 38.67,
  }),
  row(['vldl', 'lipid', 'VLDL cholesterol (calculated)', '13458-5', 'mg/dL'], ['VLDL'], [0, 400], { 'mmol/L': 38.67 }),
  row(['nonhdl', 'lipid', 'Non-HDL cholesterol', '43396-1', 'mg/dL'], ['non-HDL'], [5, 900], { 'mmol/L': 38.67 }),
  row(['ft4', 'thyroid', 'Thyroxine, free', '3024-7', 'ng/dL'], ['FT4', 'free T4'], [0.05, 20], { 'pmol/L': 0.0777 }),
  row(['ft3', 'thyroid', 'Triiodothyronine, free', '3051-0', 'pg/mL'], ['FT3', 'free T3'], [0.1, 50], {
    'pmol/L': 0.651,
  }),
  row(['t4', 'thyroid', 'Thyroxine, total', '3026-2', 'ug/dL'], ['T4', 'total T4'], [0.1, 50], { 'nmol/L': 0.0777 }),
  row(['t3', 'thyroid', 'Triiodothyronine, total', '3053-6', 'ng/dL'], ['T3', 'total T3'], [5, 1000], {
    'nmol/L': 65.1,
  }),
  row(['tibc', 'iron', 'Iron binding capacity, total', '2500-7', 'ug/dL'], ['TIBC'], [50, 1000], { 'umol/L': 5.5845 }),
  row(['tsat', 'iron', 'Iron saturation', '2502-3', '%'], ['transferrin saturation', '% saturation', 'TSAT'], [0, 100]),
  row(['b12', 'vitamin', 'Vitamin B12', '2132-9', 'pg/mL'], ['B12', 'cobalamin', 'vitamin B12'], [30, 10000], {
    'pmol/L': 1.355,
  }),
  row(['folate', 'vitamin', 'Folate', '2284-8', 'ng/mL'], ['folic acid', 'folate'], [0.3, 100], { 'nmol/L': 0.4413 }),
  row(['crp', 'inflam', 'C reactive protein', '1988-5', 'mg/L'], ['CRP'], [0, 700], { 'mg/dL': 10 }),
  row(['hscrp', 'inflam', 'C reactive protein, high sensitivity', '30522-7', 'mg/L'], ['hs-CRP'], [0, 100], {
    'mg/dL': 10,
  }),
  row(['pct', 'inflam', 'Procalcitonin', '33959-8', 'ng/mL'], ['PCT', 'procalcitonin'], [0, 1000]),
  row(['aptt', 'coag', 'aPTT', '14979-9', 's'], ['aPTT', 'PTT', 'APTT'], [10, 250]),
  row(['ddimer', 'coag', 'D-dimer (FEU)', '48065-7', 'ng/mL{FEU}'], ['D-dimer'], [0, 100000], { 'ug/mL{FEU}': 1000 }),
  row(['fib', 'coag', 'Fibrinogen', '3255-7', 'mg/dL'], ['fibrinogen'], [10, 2000], { 'g/L': 100 }),
  row(['hs_tnt', 'cardiac', 'Troponin T, high sensitivity', '67151-1', 'ng/L'], ['hs-TnT', 'troponin T'], [0, 100000], {
    'pg/mL': 1,
  }),
  row(['bnp', 'cardiac', 'BNP', '30934-4', 'pg/mL'], ['BNP'], [1, 10000], { 'ng/L': 1 }),
  row(['psa', 'tumor', 'Prostate specific Ag', '2857-1', 'ng/mL'], ['PSA'], [0, 10000]),
  row(
    ['acr', 'urine', 'Albumin/creatinine ratio, urine', '9318-7', 'mg/g'],
    ['ACR', 'UACR', 'microalbumin/creatinine'],
    [0, 20000],
    { 'mg/mmol': 8.84 },
  ),
  row(
    ['u_sg', 'urine', 'Specific gravity, urine test strip', '5811-5', '{SG}'],
    ['specific gravity', 'SG'],
    [1.0, 1.06],
  ),
  row(['u_ph', 'urine', 'pH, urine test strip', '5803-2', '[pH]'], ['pH', 'urine pH'], [4, 10]),
];

/** Vitals and laboratory tests that documents are read for. */
export const ANALYTES: readonly Analyte[] = [
  ...PUBLISHED.map((analyte) => ({ ...analyte, loincSource: 'published' as const })),
  ...[...UNVERIFIED, ...DEVICE_ANALYTES].map((analyte) => ({ ...analyte, loincSource: 'unverified' as const })),
];

const BY_KEY = new Map(ANALYTES.map((analyte) => [analyte.key, analyte]));

export const analyteOf = (key: string | null): Analyte | undefined => (key === null ? undefined : BY_KEY.get(key));
