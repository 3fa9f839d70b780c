/** A box of an mp4 (ISO/IEC 14496-12, 4.2) inside its file. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Boxes around it. */
  readonly depth: number;
}

const PARENTS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'mvex', 'moof', 'traf', 'dinf', 'udta']);

/** Every box of a sane mp4, parents before their children. */
export const boxesOf = (file: Buffer, start = 0, end = file.length, depth = 0): readonly Box[] => {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end; ) {
    const size = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const stop = size === 0 ? end : at + Math.max(8, size);
    boxes.push({ type, start: at, end: stop, depth });
    if (PARENTS.has(type)) boxes.push(...boxesOf(file, at + 8, stop, depth + 1));
    at = stop;
  }
  return boxes;
};

/** A box around some content. */
export const box = (type: string, ...content: readonly Uint8Array[]): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, part) => sum + part.length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
};

export const uint32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, 4 * i));
  return bytes;
};

/** Puts bytes into a file inside the first box of a type, at its end; the sizes of all boxes around it grow with it. */
export const withAppended = (file: Buffer, type: string, bytes: Uint8Array): Buffer => {
  const boxes = boxesOf(file);
  const target = boxes.find((one) => one.type === type);
  if (target === undefined) return Buffer.concat([file, bytes]);
  const grown = Buffer.concat([file.subarray(0, target.end), bytes, file.subarray(target.end)]);
  for (const { start, end } of boxes) {
    if (start <= target.start && end >= target.end) grown.writeUInt32BE(file.readUInt32BE(start) + bytes.length, start);
  }
  return grown;
};

/** Overwrites a 32-bit number in the first box of a type, counted from behind its head. */
export const withNumber = (file: Buffer, type: string, offset: number, value: number): Buffer => {
  const target = boxesOf(file).find((one) => one.type === type);
  const changed = Buffer.from(file);
  if (target !== undefined && target.start + 12 + offset <= target.end) {
    changed.writeUInt32BE(value >>> 0, target.start + 8 + offset);
  }
  return changed;
};
