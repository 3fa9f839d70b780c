import type { Content } from '../../app/measure.ts';
import { readChunk } from '../../app/read-chunk.ts';
import { checkTimes, withMore } from '../../domain/recording.ts';
import { readFrames } from './read-frames.ts';
import type { Recorded } from './recorded.ts';

/**
 * A recording that came in one piece: one chunk, and checked as the first of many.
 *
 * @throws Fault invalid `vitals.bad_chunk`, `vitals.too_long`
 */
export const readRecorded = (bytes: Uint8Array, content: Content): Recorded => {
  if (content === 'traces') return { kind: 'traces', traces: withMore(undefined, readChunk(bytes).traces) };
  const { head, frames, timesSeconds } = readFrames(bytes);
  checkTimes(timesSeconds);
  return { kind: 'frames', head, parts: [frames], timesSeconds };
};
