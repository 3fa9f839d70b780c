import { MARKER_DOMAINS, MARKER_NAMES, MARKER_NAMES_BY_DOMAIN } from '@smartscan/kernel';
import { FREQUENCY_SECONDS, VARIABILITY_CLEAN_SHARE, VARIABILITY_SECONDS } from '@smartscan/signal';
import { domainOf, MARKERS } from './marker-table.ts';
import { UNSUPPORTED_REASONS } from './markers/definition.ts';

describe('the marker table', () => {
  it('has a row for every name and no other, more than 30 of them in four domains', () => {
    expect(Object.keys(MARKERS).sort()).toEqual([...MARKER_NAMES].sort());
    expect(new Set(MARKER_NAMES).size).toBe(MARKER_NAMES.length);
    expect(MARKER_NAMES.length).toBeGreaterThan(30);
    expect(MARKER_DOMAINS).toEqual(['cardiovascular', 'respiratory', 'autonomic', 'composite']);
    for (const domain of MARKER_DOMAINS) {
      for (const name of MARKER_NAMES_BY_DOMAIN[domain]) expect(domainOf(name)).toBe(domain);
    }
  });

  it.each(MARKER_NAMES.map((name) => [name, MARKERS[name]] as const))(
    '%s says what it is, in a UCUM unit, and how it is judged or why there is none',
    (_, row) => {
      for (const text of [row.title, row.formula, row.source, row.unit]) expect(text.length).toBeGreaterThan(0);
      expect(row.unit).toMatch(/^(?:\/min|ms|%|s|a|1|\{ratio\}|mm\[Hg\]|%\/s2|mL\/kg\/min)$/);
      if (row.loinc !== null) expect(hasCheckDigit(row.loinc)).toBe(true);
      if (row.kind === 'unsupported') {
        expect(UNSUPPORTED_REASONS).toContain(row.reason);
        expect(row.why).toMatch(/\.$/);
        return;
      }
      expect(row.plausible[0]).toBeLessThan(row.plausible[1]);
      for (const bound of row.plausible) expect(Number(bound.toFixed(row.decimals))).toBe(bound);
      expect(row.tolerance).toBeGreaterThan(0);
      for (const text of [row.method, row.residualFrom]) expect(text.length).toBeGreaterThan(0);
    },
  );

  it('lets nothing start from what has less signal behind it, nor from what no scan gives', () => {
    for (const name of MARKER_NAMES) {
      const row = MARKERS[name];
      if (row.kind !== 'derived') continue;
      for (const source of row.from) {
        const start = MARKERS[source];
        if (start.kind === 'unsupported') throw new Error(`${name} starts from ${source}, which no scan gives`);
        expect(row.minimumSeconds).toBeGreaterThanOrEqual(start.minimumSeconds);
        expect(row.minimumCleanShare).toBeGreaterThanOrEqual(start.minimumCleanShare);
      }
    }
  });

  it('asks 25 s and 80 % clean of every variability and 55 s of every frequency', () => {
    expect([VARIABILITY_SECONDS, VARIABILITY_CLEAN_SHARE, FREQUENCY_SECONDS]).toEqual([25, 0.8, 55]);
    for (const name of ['hrv_sdnn', 'hrv_rmssd', 'hrv_pnn50', 'stress_index', 'parasympathetic_index'] as const) {
      expect(MARKERS[name]).toMatchObject({ minimumSeconds: 25, minimumCleanShare: 0.8 });
    }
    for (const name of ['hrv_lf_hf', 'autonomic_balance'] as const) {
      expect(MARKERS[name]).toMatchObject({ minimumSeconds: 55, minimumCleanShare: 0.8 });
    }
  });
});

/** LOINC codes end with a digit that their others give (mod 10, Luhn). */
const hasCheckDigit = (code: string): boolean => {
  const digits = [...code.replace('-', '')].map(Number).reverse();
  const sum = digits.reduce((total, digit, i) => {
    const counted = i % 2 === 1 ? 2 * digit : digit;
    return total + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return /^\d+-\d$/.test(code) && sum % 10 === 0;
};
