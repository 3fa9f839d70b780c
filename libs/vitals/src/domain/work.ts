import { MAX_SECONDS, MIN_SECONDS } from './limits.ts';

const within = (value: number, [least, most]: readonly [number, number]): number =>
  Math.min(Math.max(value, least), most);

/** What the container of a video says that its scan will take. */
export interface VideoSize {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly codec: string;
}

/**
 * CPU seconds to decode a million pixels, by codec. Measured on two cores that others used too, with ffmpeg, of 12 s and
 * 24 s from 320 × 240 to 1080p; the tier's correction takes them to any other machine. AV1 was not measured: it is taken
 * for the dearest.
 */
const SECONDS_A_MEGAPIXEL: ReadonlyMap<string, number> = new Map([
  ['h264', 0.005],
  ['hevc', 0.007],
  ['vp8', 0.004],
  ['vp9', 0.007],
]);
const DEAREST = Math.max(...SECONDS_A_MEGAPIXEL.values());

/** CPU seconds a frame for the face and its patches, which don't grow with the picture. Measured as above. */
const SECONDS_A_FRAME = 0.001;

/** CPU seconds of what every scan does once: the survey, starting decoders, the analysis. Measured as above. */
const SECONDS_A_SCAN = 0.6;

/** Seconds of work that a described video is expected to be, on the machine where this was measured. */
export const workOfVideo = ({ width, height, frames, codec }: VideoSize): number =>
  SECONDS_A_SCAN + frames * (SECONDS_A_FRAME + ((width * height) / 1e6) * (SECONDS_A_MEGAPIXEL.get(codec) ?? DEAREST));

/**
 * CPU seconds that the colour traces of a recording are expected to be. Half a minute of twenty patches took 0.06, a minute of
 * 32 at 60 a second 0.14 (measured as above); what comes before the end, its previews, is done by who has nothing else to do.
 */
export const WORK_OF_RECORDING = 0.1;

/**
 * CPU seconds that the crops of a recording are expected to be: nothing to decode, and the face is looked for as often as in
 * a video. Half a minute of 128 × 128 took 0.5 to 0.8 (measured as above).
 */
export const WORK_OF_CROPS = 1;

/** Bits a second of the 480p that is expected where only the length of a body is known. Ours. */
const EXPECTED_BITS_A_SECOND = 2_500_000;

/** What is expected of a body whose length isn't told: the scan that the product asks for. */
const EXPECTED_SECONDS = 30;

/** Frames a second that are expected there. */
const EXPECTED_RATE = 30;

/** Seconds of work that a body of this length is expected to be; it is asked again when the container was read. */
export const workOfBytes = (bytes: number | undefined): number => {
  const seconds = bytes === undefined ? EXPECTED_SECONDS : (8 * bytes) / EXPECTED_BITS_A_SECOND;
  const frames = EXPECTED_RATE * within(seconds, [MIN_SECONDS, MAX_SECONDS]);
  return workOfVideo({ width: 640, height: 480, frames, codec: 'h264' });
};
