/** To so many digits behind the point. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** A signal-to-noise ratio as it is told; null where there is no signal at all. */
export const decibels = (value: number): number | null => (Number.isFinite(value) ? rounded(value, 2) : null);
