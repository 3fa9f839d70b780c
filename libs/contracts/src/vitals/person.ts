import { z } from 'zod';

const yesOrNo = z.enum(['yes', 'no']);

/**
 * What a caller may tell of the person, for the markers whose published formula asks for it. The bounds are those of adults,
 * wide enough for the largest and smallest (ours); the formulas' own are narrower, and a marker says so.
 */
export const personInput = {
  age: z.coerce.number().min(18).max(120).optional().describe('Years'),
  sex: z.enum(['female', 'male']).optional().describe('As the formulas were made for: of the body'),
  height_cm: z.coerce.number().min(100).max(250).optional().describe('cm'),
  weight_kg: z.coerce.number().min(25).max(400).optional().describe('kg'),
  systolic_pressure: z.coerce.number().min(60).max(260).optional().describe('mm[Hg], measured with a cuff'),
  pressure_treated: yesOrNo.optional().describe('Whether blood pressure is treated'),
  smoker: yesOrNo.optional(),
  diabetes: yesOrNo.optional(),
};

/** Headers, since health data may not stand in a URL (P08) and the body is the video. */
export const personHeaders = Object.fromEntries(
  Object.keys(personInput).map((member) => [member, `smartscan-${member.replaceAll('_', '-')}`]),
);
