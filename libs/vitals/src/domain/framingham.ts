import { bodyMassIndex, type KnownPerson } from './person.ts';

/**
 * General cardiovascular disease within 10 years, without laboratory values: D'Agostino et al., Circulation 2008;117:743, the
 * office-based model with body mass index. Coefficients as the Framingham Heart Study publishes them.
 */
const MODEL = {
  female: {
    age: 2.72107,
    bodyMassIndex: 0.51125,
    untreated: 2.81291,
    treated: 2.88267,
    smoker: 0.61868,
    diabetes: 0.77763,
    mean: 26.0145,
    survival: 0.94833,
  },
  male: {
    age: 3.11296,
    bodyMassIndex: 0.79277,
    untreated: 1.85508,
    treated: 1.92672,
    smoker: 0.70953,
    diabetes: 0.5316,
    mean: 23.9388,
    survival: 0.88431,
  },
} as const;

/** The study's people at its start, years. */
const AGES = [30, 74] as const;

/** The same paper's person of normal risk, whose age is the heart age: no smoker, no diabetes, untreated. */
const NORMAL = { bodyMassIndex: 22.5, systolic: 125 } as const;

const { log, exp } = Math;

/** Sum of the terms but age's. */
const burden = (person: KnownPerson): number => {
  const model = MODEL[person.sex];
  const pressure = person.pressure_treated === 'yes' ? model.treated : model.untreated;
  return (
    model.bodyMassIndex * log(bodyMassIndex(person)) +
    pressure * log(person.systolic_pressure) +
    (person.smoker === 'yes' ? model.smoker : 0) +
    (person.diabetes === 'yes' ? model.diabetes : 0)
  );
};

const isCovered = ({ age }: KnownPerson): boolean => age >= AGES[0] && age <= AGES[1];

/** Risk in percent; NaN for an age that the study did not cover. */
export const cardiovascularRisk = (person: KnownPerson): number => {
  const { age, mean, survival } = MODEL[person.sex];
  if (!isCovered(person)) return NaN;
  return 100 * (1 - survival ** exp(age * log(person.age) + burden(person) - mean));
};

/** Age of a person of normal risk factors who has the same risk, years; NaN for an age that the study did not cover. */
export const heartAge = (person: KnownPerson): number => {
  const model = MODEL[person.sex];
  if (!isCovered(person)) return NaN;
  const normal = model.bodyMassIndex * log(NORMAL.bodyMassIndex) + model.untreated * log(NORMAL.systolic);
  return person.age * exp((burden(person) - normal) / model.age);
};
