/** The upper one of the two in the middle where there are two; 0 where there is none. */
export const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
