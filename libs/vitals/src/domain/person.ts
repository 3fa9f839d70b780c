/**
 * What the caller tells of the person, where a marker's published formula asks for it. Named as in the request, so that a
 * refusal can name what is missing. Health data: it lives as long as the scan runs and is kept nowhere.
 */
export interface PersonInputs {
  /** Years. */
  readonly age?: number | undefined;
  readonly sex?: 'female' | 'male' | undefined;
  readonly height_cm?: number | undefined;
  readonly weight_kg?: number | undefined;
  /** Measured with a cuff, mm[Hg]. */
  readonly systolic_pressure?: number | undefined;
  /** Whether blood pressure is treated. */
  readonly pressure_treated?: 'yes' | 'no' | undefined;
  readonly smoker?: 'yes' | 'no' | undefined;
  readonly diabetes?: 'yes' | 'no' | undefined;
}

export type PersonInput = keyof PersonInputs;

/** All of them; a formula is given no fewer than it says that it needs. */
export type KnownPerson = { readonly [K in PersonInput]-?: NonNullable<PersonInputs[K]> };

export const NO_INPUTS: PersonInputs = {};

/** Body mass index, kg/m². */
export const bodyMassIndex = ({ height_cm, weight_kg }: Pick<KnownPerson, 'height_cm' | 'weight_kg'>): number =>
  weight_kg / (height_cm / 100) ** 2;
