/**
 * A patch of skin as the polygon of these landmarks. A name is `region` or `region.part`; sides are the person's, not the
 * picture's.
 */
export interface SkinPatch {
  readonly name: string;
  readonly outline: readonly number[];
}

/**
 * Patches where the skin is thin, well supplied and seldom covered: forehead, cheeks, nose, upper lip, chin (after Kim et
 * al., Sensors 2021;21:7923, who rank them). Outlines keep clear of eyes, brows, lips and nostrils, and don't
 * overlap.
 */
export const SKIN_PATCHES: readonly SkinPatch[] = [
  { name: 'forehead.upper_right', outline: [109, 10, 151, 108, 69, 67] },
  { name: 'forehead.upper_left', outline: [10, 338, 297, 299, 337, 151] },
  { name: 'forehead.lower_right', outline: [69, 108, 107, 66, 105, 104] },
  { name: 'forehead.lower_left', outline: [337, 299, 333, 334, 296, 336] },
  { name: 'forehead.centre', outline: [108, 151, 337, 336, 9, 107] },
  { name: 'nose', outline: [196, 197, 419, 456, 363, 275, 4, 45, 134, 236] },
  { name: 'right_cheek.upper', outline: [117, 118, 119, 100, 101, 50] },
  { name: 'left_cheek.upper', outline: [346, 347, 348, 329, 330, 280] },
  { name: 'right_cheek.inner', outline: [101, 100, 142, 203, 206, 205, 36] },
  { name: 'left_cheek.inner', outline: [330, 329, 371, 423, 426, 425, 266] },
  { name: 'right_cheek.outer', outline: [116, 117, 50, 187, 147, 137] },
  { name: 'left_cheek.outer', outline: [345, 346, 280, 411, 376, 366] },
  { name: 'right_cheek.lower', outline: [50, 101, 36, 205, 207, 187] },
  { name: 'left_cheek.lower', outline: [280, 330, 266, 425, 427, 411] },
  { name: 'right_cheek.rear', outline: [187, 207, 214, 192, 213, 147] },
  { name: 'left_cheek.rear', outline: [411, 427, 434, 416, 433, 376] },
  { name: 'upper_lip', outline: [165, 98, 97, 2, 326, 327, 391, 393, 164, 167] },
  { name: 'right_cheek.jaw', outline: [214, 207, 212, 202, 210] },
  { name: 'left_cheek.jaw', outline: [434, 427, 432, 422, 430] },
  { name: 'chin', outline: [194, 201, 200, 421, 418, 262, 369, 396, 175, 171, 140, 32] },
];
