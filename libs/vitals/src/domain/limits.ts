/** Shortest video. A rate needs 8 s of pulse; a face is found within the first second or so. */
export const MIN_SECONDS = 10;

/** Longest video: twice the scan that the product asks for. Longer adds frames to hold and to decode, and no marker. */
export const MAX_SECONDS = 60;

/** Fastest camera: what phones record to the front. Faster ones bring light per frame down, not signal up. */
export const MAX_FRAMES_PER_SECOND = 60;

/** A frame or two more than the product of the two: containers round the last one up. */
export const MAX_FRAMES = MAX_SECONDS * MAX_FRAMES_PER_SECOND + 2;

/** Largest picture: 1920 × 1088, which is 1080p as H.264 codes it. Beyond it a patch has pixels enough by far. */
export const MAX_PIXELS = 1920 * 1088;
