import { boxesIn, viewOf, type Box } from './faststart.ts';

/**
 * An mp4's index says in a few bytes that it has 2000 million samples, and a parser that believes it is busy until its thread
 * is ended, and its memory full. Here such numbers are held against the file: a sample takes a byte of it at least.
 */

/** Boxes in which, at some depth, numbers of samples stand. */
const PARENTS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf']);

/** moov, trak, mdia, minf, stbl. */
const MAX_DEPTH = 5;

/** More tracks than this are not a recording: a phone writes four, each costs a parser some milliseconds. Ours. */
const MAX_TRACKS = 64;

/** A table of entries: behind version, flags and the number of entries, so many numbers of 32 bits each. */
const entriesOf = (
  view: DataView,
  { content, end }: Box,
  numbers: number,
): readonly (readonly number[])[] | undefined => {
  const first = content + 8;
  if (first > end) return undefined;
  const count = view.getUint32(content + 4);
  if (count > (end - first) / 4 / numbers) return undefined;
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: numbers }, (__, n) => view.getUint32(first + 4 * (i * numbers + n))),
  );
};

/** One number, so far behind version and flags. */
const numberIn = (view: DataView, { content, end }: Box, offset: number): number =>
  content + offset + 4 > end ? Infinity : view.getUint32(content + offset);

/** Samples that tables of lengths in time, or of offsets in time, speak of (ISO/IEC 14496-12, 8.6.1). */
const timed: Count = (view, box) => sumOf(entriesOf(view, box, 2)?.map(([count]) => count!));

/** Samples in all chunks (8.7.4): an entry holds from its first chunk to that of the next, the last one to the end. */
const inChunks: Count = (view, box, siblings) => {
  const entries = entriesOf(view, box, 3);
  const offsets = siblings.find(({ type }) => type === 'stco' || type === 'co64');
  const chunks = offsets === undefined ? 0 : numberIn(view, offsets, 4);
  return sumOf(
    entries?.map(([first, samples], i) => Math.max(1, (entries[i + 1]?.[0] ?? chunks + 1) - first!) * samples!),
  );
};

type Count = (view: DataView, box: Box, siblings: readonly Box[]) => number;

const sumOf = (counts: readonly number[] | undefined): number =>
  counts === undefined ? Infinity : counts.reduce((sum, count) => sum + count, 0);

/** How many samples a table speaks of; infinite where it has more entries than room. Sizes are 8.7.3, pieces 8.8.8. */
const COUNTS: Readonly<Record<string, Count>> = {
  stts: timed,
  ctts: timed,
  stsc: inChunks,
  stsz: (view, box) => numberIn(view, box, 8),
  stz2: (view, box) => numberIn(view, box, 8),
  trun: (view, box) => numberIn(view, box, 4),
};

const areSaneIn = (view: DataView, start: number, end: number, depth: number): boolean => {
  const boxes = boxesIn(view, start, end);
  if (boxes.filter(({ type }) => type === 'trak').length > MAX_TRACKS) return false;
  return boxes.every((box) => {
    const count = COUNTS[box.type];
    if (count !== undefined) return count(view, box, boxes) <= view.byteLength;
    return !PARENTS.has(box.type) || depth >= MAX_DEPTH || areSaneIn(view, box.content, box.end, depth + 1);
  });
};

/** Whether an mp4 or mov speaks of no more samples than it can hold. A body that makes no sense at all is sane here. */
export const hasSaneTables = (body: Uint8Array): boolean => areSaneIn(viewOf(body), 0, body.length, 0);
