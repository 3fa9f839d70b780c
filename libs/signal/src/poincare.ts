/**
 * The Poincaré plot draws each interval against the one before; its ellipse has the half axes SD1 and SD2. Both follow from
 * SDNN and RMSSD (Brennan, Palaniswami and Kamen, IEEE TBME 2001;48:1342), so that they carry the correction for timing
 * noise which those have.
 */

/** Across the line of identity: the changes from beat to beat. The unit is that of RMSSD. */
export const shortAxis = (rmssd: number): number => rmssd / Math.SQRT2;

/** Along the line of identity: the changes that are slower than a beat. 0 where SDNN is less than RMSSD allows. */
export const longAxis = (sdnn: number, rmssd: number): number => Math.sqrt(Math.max(0, 2 * sdnn ** 2 - rmssd ** 2 / 2));

/**
 * Cardiac vagal index: log10 of the product of the ellipse's axes, four times SD1 by four times SD2, ms (Toichi, Sugiura,
 * Murai and Sengoku, J Auton Nerv Syst 1997;62:79). No unit; about 3 to 5.
 */
export const vagalIndex = (sdnn: number, rmssd: number): number =>
  Math.log10(16 * shortAxis(rmssd) * longAxis(sdnn, rmssd));

/** Cardiac sympathetic index: the longer axis over the shorter (Toichi et al. 1997). No unit; about 1 to 5. */
export const sympatheticIndex = (sdnn: number, rmssd: number): number => longAxis(sdnn, rmssd) / shortAxis(rmssd);
