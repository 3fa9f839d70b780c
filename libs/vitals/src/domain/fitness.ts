import type { KnownPerson } from './person.ts';

/** Greatest heart rate at an age, per minute (Tanaka, Monahan and Seals, J Am Coll Cardiol 2001;37:153). */
const greatestHeartRate = (age: number): number => 208 - 0.7 * age;

/** Oxygen per beat ratio, mL/kg/min (Uth et al., Eur J Appl Physiol 2004;91:111). */
const UTH = 15.3;

/** The men of that study, years. Whether it holds for others "will have to await direct validation". */
const AGES = [21, 51] as const;

/**
 * Greatest oxygen uptake from the greatest and the resting heart rate, mL/kg/min (Uth et al. 2004); NaN for a person unlike
 * those of the study.
 */
export const greatestOxygenUptake = (
  restingHeartRate: number,
  { age, sex }: Pick<KnownPerson, 'age' | 'sex'>,
): number =>
  sex === 'male' && age >= AGES[0] && age <= AGES[1] ? (UTH * greatestHeartRate(age)) / restingHeartRate : NaN;
