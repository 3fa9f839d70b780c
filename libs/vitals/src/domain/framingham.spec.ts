import { cardiovascularRisk, heartAge } from './framingham.ts';
import type { KnownPerson } from './person.ts';

/** A body mass index of 30. */
const MAN: KnownPerson = {
  age: 55,
  sex: 'male',
  height_cm: 180,
  weight_kg: 97.2,
  systolic_pressure: 140,
  pressure_treated: 'no',
  smoker: 'no',
  diabetes: 'no',
};
/** Normal, as the paper has it. */
const normal = (sex: 'female' | 'male', age: number): KnownPerson => ({
  ...MAN,
  sex,
  age,
  weight_kg: 22.5 * 1.8 ** 2,
  systolic_pressure: 125,
});

describe('the Framingham model', () => {
  it('gives a man of 55 with a body mass index of 30 and a pressure of 140 a risk of 16.75 %', () => {
    expect(cardiovascularRisk(MAN)).toBeCloseTo(16.75, 1);
  });

  it('rises with every risk factor, in both sexes', () => {
    for (const sex of ['female', 'male'] as const) {
      const person = { ...MAN, sex };
      const worse: readonly Partial<KnownPerson>[] = [
        { age: 65 },
        { weight_kg: 120 },
        { systolic_pressure: 160 },
        { pressure_treated: 'yes' },
        { smoker: 'yes' },
        { diabetes: 'yes' },
      ];
      for (const factor of worse) {
        expect(cardiovascularRisk({ ...person, ...factor })).toBeGreaterThan(cardiovascularRisk(person));
        expect(heartAge({ ...person, ...factor })).toBeGreaterThan(heartAge(person));
      }
    }
  });

  it('gives a person of normal risk factors a heart as old as they are, and anybody the age of equal risk', () => {
    for (const sex of ['female', 'male'] as const) {
      expect(heartAge(normal(sex, 50))).toBeCloseTo(50, 9);
      const smoker = { ...normal(sex, 45), smoker: 'yes' } as const;
      expect(cardiovascularRisk(normal(sex, heartAge(smoker)))).toBeCloseTo(cardiovascularRisk(smoker), 9);
    }
  });

  it('says nothing of ages that the study did not cover', () => {
    for (const age of [29, 75]) {
      expect(cardiovascularRisk({ ...MAN, age })).toBeNaN();
      expect(heartAge({ ...MAN, age })).toBeNaN();
    }
  });
});
