import { MAX_CROP_PIXELS } from '../../domain/limits.ts';
import { badChunk } from '../../domain/recording.ts';
import { bytesOfPicture, readStreamHead, type StreamHead } from './frames.ts';

/** What came in one chunk of crops. */
export interface FramesChunk {
  readonly head: StreamHead;
  /** The stream without its head, in memory that threads can share. */
  readonly frames: Uint8Array;
  readonly timesSeconds: Float64Array;
}

/** Lines of text in such a stream are short; a longer one is no YUV4MPEG2. */
const MAX_LINE_BYTES = 512;

const FRAME = /^FRAME(?: \S+)* XTIME=(\d{1,9}(?:\.\d{1,12})?)(?: \S+)*$/;

/** A line from a place on, and the place behind it. */
const lineAt = (bytes: Uint8Array, from: number): readonly [string, number] => {
  const end = bytes.subarray(from, from + MAX_LINE_BYTES).indexOf(0x0a);
  if (end < 0) throw notStream();
  return [String.fromCharCode(...bytes.subarray(from, from + end)), from + end + 1];
};

const notStream = () =>
  badChunk(
    'The chunk is no stream of crops.',
    `Send YUV4MPEG2 in 4:2:0 and 8 bits, at most ${MAX_CROP_PIXELS} pixels a picture, each behind a line FRAME XTIME=<seconds>.`,
  );

/**
 * A chunk of crops as it came over the wire. Its pictures are stepped over, not read.
 *
 * @throws Fault invalid `vitals.bad_chunk`
 */
export const readFrames = (bytes: Uint8Array): FramesChunk => {
  const [first, begin] = lineAt(bytes, 0);
  const head = readStreamHead(first);
  if (head === undefined || head.width * head.height > MAX_CROP_PIXELS) throw notStream();
  const size = bytesOfPicture(head.width, head.height);
  const times: number[] = [];
  for (let at = begin; at < bytes.length; ) {
    const [line, picture] = lineAt(bytes, at);
    const time = FRAME.exec(line)?.[1];
    if (time === undefined || picture + size > bytes.length) throw notStream();
    times.push(Number(time));
    at = picture + size;
  }
  if (times.length === 0) throw notStream();
  const frames = new Uint8Array(new SharedArrayBuffer(bytes.length - begin));
  frames.set(bytes.subarray(begin));
  return { head, frames, timesSeconds: Float64Array.from(times) };
};
