const { cos, imul, log, PI, sqrt } = Math;

/** A source of chance: each call gives the next number in [0, 1). */
export type Chance = () => number;

/**
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, passes gjrand; the same seed gives the same numbers on
 * every machine. For synthesis and tests, never for secrets.
 */
export const mulberry32 = (seed: number): Chance => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** One draw from the standard normal distribution (Box and Muller 1958). */
export const gaussian = (chance: Chance): number => {
  // 1 - u lies in (0, 1], so the logarithm stays finite.
  const radius = sqrt(-2 * log(1 - chance()));
  return radius * cos(2 * PI * chance());
};
