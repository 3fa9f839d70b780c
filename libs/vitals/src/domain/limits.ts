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

/** Largest crop of a face that a device sends as it is: beyond it a video is smaller, and tells no less. Ours. */
export const MAX_CROP_PIXELS = 128 * 128;

/** Crops of a recording: a minute of the largest at 30 a second. Ours. */
export const MAX_CROP_BYTES = 45_000_000;

/** A face must be seen in half of the frames, or the recording isn't one of a face. Ours. */
export const MIN_SEEN_SHARE = 0.5;

/** Mean brightness of the skin, or of the picture where no skin is found, 0-255. A pulse of 0.5 % is a sixth of a step here. Ours. */
export const MIN_LUMINANCE = 32;

/** Share of the frames in runs of equal pictures that no camera gives. Ours. */
export const MAX_STILL_SHARE = 0.2;
