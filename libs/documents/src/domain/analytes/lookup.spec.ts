import { convertUnits as convert } from '../../adapters/units.ts';
import { ANALYTES } from './analyte-table.ts';
import { alike } from '../layout/labels.ts';
import { LAB_GROUPS } from '../kinds/reading-rules.ts';
import { findAnalyte, inOwnUnit, nameKey, spelled } from './lookup.ts';

const find = (name: string, ucum?: string) => {
  const found = findAnalyte(name, { groups: LAB_GROUPS, ucum, convert });
  return found.kind === 'found' ? [found.analyte.key, found.match] : found.kind;
};

/** The check digit of a LOINC code (LOINC Users' Guide, appendix C). */
const checkDigit = (digits: string): number => {
  const reversed = [...digits].reverse();
  const odd = reversed.filter((_, i) => i % 2 === 0).join('');
  const doubled = String(2 * Number(odd));
  const sum = [...(reversed.filter((_, i) => i % 2 === 1).join('') + doubled)].reduce(
    (total, digit) => total + Number(digit),
    0,
  );
  return (10 - (sum % 10)) % 10;
};

describe('an analyte', () => {
  it.each(ANALYTES.map(({ key, loinc }) => [key, loinc]))(
    '%s has a LOINC code whose check digit is right: %s',
    (_, loinc) => {
      const [digits = '', check] = loinc.split('-');
      expect(String(checkDigit(digits))).toBe(check);
    },
  );

  it('has a unit, alternates and bounds that UCUM knows', () => {
    for (const { ucum, alternates, plausible } of ANALYTES) {
      for (const unit of [ucum, ...Object.keys(alternates)]) expect([unit, convert(1, unit, unit)]).toEqual([unit, 1]);
      expect(plausible[0]).toBeLessThan(plausible[1]);
    }
  });

  it('is known by its names in any order of words, with British vowels, and with letters that print alike', () => {
    expect(find('Bilirubin, Total')).toEqual(['tbil', 'exact']);
    expect(find('Glucose, Fasting', 'mg/dL')).toEqual(['glucose_fasting', 'exact']);
    expect(find('WBC Count')).toEqual(['wbc', 'exact']);
    expect(find('Haemoglobin')).toEqual(['hgb', 'exact']);
    expect(find('HbAlc', '%')).toEqual(['hba1c', 'alike']);
    expect(find('Triglycerldes')).toEqual(['trig', 'alike']);
    expect(find('Creatnine')).toEqual(['creat', 'near']);
  });

  it('is refused where two are close, and short names are known exactly or not at all', () => {
    expect(find('ALX')).toBe('unknown');
    expect(find('T5')).toBe('unknown');
    expect(find('free T8')).toBe('unknown');
    expect(find('XDL cholesterol', 'mg/dL')).toBe('ambiguous');
  });

  it('that is called like another is told apart by its unit', () => {
    expect(find('Neutrophils', '%')).toEqual(['neut_pct', 'exact']);
    expect(find('Neutrophils abs', '10*9/L')).toEqual(['neut_abs', 'exact']);
  });

  it('has values in the unit that they are compared in', () => {
    const own = (key: string, value: number, ucum: string): number | undefined =>
      inOwnUnit(value, ucum, { analyte: ANALYTES.find((analyte) => analyte.key === key)!, convert });
    expect(own('glucose', 5, 'mmol/L')).toBeCloseTo(90.08, 2);
    expect(own('creat', 88, 'umol/L')).toBeCloseTo(0.995, 3);
    expect(own('hgb', 140, 'g/L')).toBeCloseTo(14, 9);
    expect(own('temp', 98.6, '[degF]')).toBeCloseTo(37, 9);
    expect(own('tsh', 2, 'u[IU]/mL')).toBe(2);
    expect(own('na', 140, 'mg/dL')).toBeUndefined();
  });

  it('is spelled as it is known, but keeps the case that is printed', () => {
    const hba1c = ANALYTES.find(({ key }) => key === 'hba1c')!;
    expect(spelled('HbAlc', hba1c)).toBe('HbA1c');
    expect(spelled('HBA1C', hba1c)).toBe('HBA1C');
  });

  it('has no name that letters which print alike make another’s', () => {
    const names = ANALYTES.flatMap(({ key, name, aliases }) =>
      [name, ...aliases].map((one) => [nameKey(one), key] as const),
    );
    for (const [name, key] of names) {
      const twins = names.filter(([other, owner]) => owner !== key && other !== name && alike(other) === alike(name));
      expect([name, twins]).toEqual([name, []]);
    }
  });
});
