import { casesOf, MIXED } from './cases.ts';
import { FACTORS } from './factors.ts';

describe('the cases of the matrix', () => {
  it('are the same each time, each with a name and chance of its own', () => {
    const cases = casesOf(2);
    expect(casesOf(2)).toEqual(cases);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(new Set(cases.map(({ options }) => options.seed)).size).toBe(cases.length);
  });

  it('cover every level of every factor in one round, and more rounds add to it', () => {
    const [one, two] = [casesOf(1), casesOf(2)];
    for (const [factor, levels] of Object.entries(FACTORS)) {
      const covered = one.filter((each) => each.factor === factor).map(({ level }) => level);
      expect(covered).toEqual(Object.keys(levels));
    }
    expect(two.slice(0, one.length)).toEqual(one);
    expect(
      new Set(one.filter(({ factor }) => factor === MIXED).map(({ options }) => options.codec)).size,
    ).toBeGreaterThan(1);
  });
});
