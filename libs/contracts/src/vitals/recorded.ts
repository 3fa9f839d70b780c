import { z } from 'zod';

/** What a device sends: the colours of patches, or its crops of the face, from which we make them. */
export const RECORDED = ['traces', 'frames'] as const;

/** Patches are named `region` or `region.part`: parts of one region are one witness. */
const patchName = z.string().regex(/^[a-z][a-z0-9_]{0,23}(?:\.[a-z][a-z0-9_]{0,23})?$/);

const seen = z.array(z.number().nullable());

const colourTrace = z.strictObject({
  name: patchName,
  red: seen,
  green: seen,
  blue: seen,
});

/** What a device sends of a face that it follows itself. Unknown members are refused. */
export const traceChunk = z.strictObject({
  times_seconds: z.array(z.number()).min(1).describe('Of each frame, ascending, on one clock for the whole recording'),
  patches: z
    .array(colourTrace)
    .min(1)
    .describe(
      'Mean R’G’B’ of each patch of skin, 0 to 255, unrounded, a value for each time; null where the patch is not seen. The same patches in each chunk; `region.part` names a part of a region',
    ),
  backdrop: z
    .array(colourTrace)
    .optional()
    .describe('The same of places beside the face that no blood reaches: they witness what the light does'),
  motion: z.array(z.number()).optional().describe('How far the face has moved since the frame before, in face widths'),
  position: z
    .strictObject({ x: seen, y: seen })
    .optional()
    .describe('Where the face is, against the first frame: to the side and down, in face widths'),
  face_width: z.number().min(0).max(10_000).optional().describe('Pixels, for the guidance'),
});
