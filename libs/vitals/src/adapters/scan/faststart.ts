/**
 * An mp4 or mov whose index (`moov`) stands behind the pictures (`mdat`) can't be read from a pipe. Phones write such
 * files, since they know the index only at the end. Here it is moved to the front in memory, as qt-faststart does on
 * disk: the chunk offsets in it are raised by its own length.
 */

export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Where the content begins. */
  readonly content: number;
}

/** Boxes that may hold, at some depth, the chunk offset tables. */
const PARENTS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

/** moov, trak, mdia, minf, stbl: a deeper nesting is not a file but an attack. */
const MAX_DEPTH = 5;

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const typeAt = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** The box at a place, or undefined where none fits in (ISO/IEC 14496-12, 4.2). */
const boxAt = (view: DataView, start: number, end: number): Box | undefined => {
  if (start + 8 > end) return undefined;
  const type = typeAt(view, start + 4);
  const size = view.getUint32(start);
  if (size === 0) return { type, start, end, content: start + 8 };
  if (size !== 1)
    return size < 8 || start + size > end ? undefined : { type, start, end: start + size, content: start + 8 };
  if (start + 16 > end) return undefined;
  const large = Number(view.getBigUint64(start + 8));
  return large < 16 || start + large > end ? undefined : { type, start, end: start + large, content: start + 16 };
};

/** The boxes that stand side by side from `start` on; stops where the bytes make no box. */
export const boxesIn = (view: DataView, start: number, end: number): readonly Box[] => {
  const boxes: Box[] = [];
  for (let at = start; ; ) {
    const box = boxAt(view, at, end);
    if (box === undefined) return boxes;
    boxes.push(box);
    at = box.end;
  }
};

/** Raises the entries of an offset table that point at [from, to). `stco` has 32 bits an entry, `co64` 64. */
const raise = (
  view: DataView,
  table: Box,
  shift: { readonly from: number; readonly to: number; readonly by: number },
) => {
  const width = table.type === 'stco' ? 4 : 8;
  // Version and flags, then the number of entries, then the entries.
  const first = table.content + 8;
  if (first > table.end) return;
  const entries = Math.min(view.getUint32(table.content + 4), Math.floor((table.end - first) / width));
  for (let i = 0; i < entries; i++) {
    const at = first + i * width;
    const offset = width === 4 ? view.getUint32(at) : Number(view.getBigUint64(at));
    if (offset < shift.from || offset >= shift.to) continue;
    if (width === 4) view.setUint32(at, offset + shift.by);
    else view.setBigUint64(at, BigInt(offset + shift.by));
  }
};

const offsetTables = (view: DataView, parent: Box, depth: number): readonly Box[] =>
  boxesIn(view, parent.content, parent.end).flatMap((box) => {
    if (box.type === 'stco' || box.type === 'co64') return [box];
    return PARENTS.has(box.type) && depth < MAX_DEPTH ? offsetTables(view, box, depth + 1) : [];
  });

/**
 * The parts of an mp4 or mov, in an order in which it can be read from a pipe. Parts are views of the body; only the
 * index is copied. A body that needs no change, or makes no sense, comes back as it is.
 */
export const withIndexFirst = (body: Uint8Array): readonly Uint8Array[] => {
  const view = viewOf(body);
  const boxes = boxesIn(view, 0, body.length);
  const pictures = boxes.find((box) => box.type === 'mdat');
  const index = boxes.find((box) => box.type === 'moov');
  if (pictures === undefined || index === undefined || index.start < pictures.start) return [body];
  // Not `slice`, which for a Buffer is a view.
  const moved = new Uint8Array(body.subarray(index.start, index.end));
  const movedView = viewOf(moved);
  const shift = { from: pictures.start, to: index.start, by: moved.length };
  const root = { ...index, start: 0, end: moved.length, content: index.content - index.start };
  for (const table of offsetTables(movedView, root, 1)) raise(movedView, table, shift);
  return [
    body.subarray(0, pictures.start),
    moved,
    body.subarray(pictures.start, index.start),
    body.subarray(index.end),
  ].filter((part) => part.length > 0);
};
