import { Fault } from '@smartscan/kernel';

/** Most chunks of one recording: ten a second for the longest one. Ours. */
export const MAX_CHUNKS = 600;

/** How much of a recording has come: chunks are numbered from 0, and the one that opens the scan is the first of them. */
export interface ChunkSequence {
  /** The number that is taken next. */
  readonly next: number;
  /** Whether the chunk that ends the recording was taken. */
  readonly complete: boolean;
}

export const NO_CHUNKS: ChunkSequence = { next: 0, complete: false };

export interface NumberedChunk {
  readonly sequence: number;
  readonly isLast: boolean;
}

/**
 * What to do with a chunk: take it, or answer one that came again as it was answered before. What was once taken under a
 * number stays, whatever comes under it later.
 *
 * @throws Fault conflict `vitals.chunk_gap` where one before it is missing, `vitals.recording_complete` after the last;
 *   invalid `vitals.too_many_chunks`
 */
export const judgeChunk = (so: ChunkSequence, { sequence }: NumberedChunk): 'take' | 'repeat' => {
  if (sequence < so.next) return 'repeat';
  if (so.complete) {
    throw new Fault('conflict', 'vitals.recording_complete', 'The recording has ended already.', {
      remedy: 'Read the scan, or start a new one.',
    });
  }
  if (sequence > so.next) {
    throw new Fault('conflict', 'vitals.chunk_gap', 'A chunk before this one is missing.', {
      remedy: 'Send the chunks in order, from next_sequence on.',
      members: { next_sequence: so.next },
    });
  }
  if (sequence >= MAX_CHUNKS) {
    throw new Fault('invalid', 'vitals.too_many_chunks', 'The recording comes in too many chunks.', {
      status: 422,
      remedy: `Send at most ${MAX_CHUNKS}: one a second is enough.`,
    });
  }
  return 'take';
};

/** The sequence with one more chunk, once what is in it was read: a chunk that is refused leaves its number free. */
export const afterChunk = ({ next }: ChunkSequence, { isLast }: NumberedChunk): ChunkSequence => ({
  next: next + 1,
  complete: isLast,
});
