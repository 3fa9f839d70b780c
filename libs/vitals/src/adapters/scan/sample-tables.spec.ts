import { hasSaneTables } from './sample-tables.ts';

const box = (type: string, ...content: readonly Uint8Array[]): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, part) => sum + part.length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
};

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
};

/** An index with these tables in it, and a kilobyte of pictures. */
const fileWith = (...tables: readonly Buffer[]): Buffer =>
  Buffer.concat([
    box('moov', box('trak', box('mdia', box('minf', box('stbl', ...tables))))),
    box('mdat', Buffer.alloc(1_000)),
  ]);

describe('hasSaneTables', () => {
  it('lets pass what a file can hold: a sample takes a byte', () => {
    expect(hasSaneTables(fileWith(box('stts', words(0, 2, 900, 1, 100, 2))))).toBe(true);
    expect(hasSaneTables(fileWith(box('stsc', words(0, 1, 1, 1_000, 1))))).toBe(true);
    expect(hasSaneTables(fileWith(box('stsz', words(0, 1, 1_000))))).toBe(true);
  });

  it.each([
    ['samples of one length in time', box('stts', words(0, 1, 0x7fff_ffff, 1))],
    ['samples of one offset in time', box('ctts', words(0, 1, 0x7fff_ffff, 1))],
    ['samples in a chunk', box('stsc', words(0, 1, 1, 0x7fff_ffff, 1))],
    ['samples of one size', box('stsz', words(0, 1, 0x7fff_ffff))],
    ['entries', box('stts', words(0, 0xffff_ffff, 1, 1))],
    ['bytes, but has none', box('stsz', words(0))],
  ])('refuses an index that speaks of 2000 million %s', (_, table) => {
    expect(hasSaneTables(fileWith(table))).toBe(false);
  });

  it('adds up what each entry says of a stretch of chunks', () => {
    const offsets = (chunks: number): Buffer => box('stco', words(0, chunks, ...Array<number>(chunks).fill(0)));
    const of = (chunks: number): boolean =>
      hasSaneTables(fileWith(box('stsc', words(0, 2, 1, 20, 1, 11, 30, 1)), offsets(chunks)));
    // 10 chunks of 20, then 30 each: a file of 1,400 bytes and some.
    expect(of(20)).toBe(true);
    expect(of(80)).toBe(false);
  });

  it('refuses a piece of a video that does so', () => {
    expect(hasSaneTables(box('moof', box('traf', box('trun', words(0, 0x7fff_ffff)))))).toBe(false);
    expect(hasSaneTables(box('moof', box('traf', box('trun', words(0, 8)))))).toBe(true);
  });

  it('refuses thousands of tracks', () => {
    const tracks = (count: number): Buffer => box('moov', ...Array<Buffer>(count).fill(box('trak')));
    expect(hasSaneTables(tracks(4))).toBe(true);
    expect(hasSaneTables(tracks(3_000))).toBe(false);
  });

  it('says nothing against bytes that are no file, nor against tables nested beyond all reason', () => {
    expect(hasSaneTables(Buffer.from('no file at all'))).toBe(true);
    let deep = box('stsz', words(0, 1, 0x7fff_ffff));
    for (let n = 0; n < 5_000; n++) deep = box('moov', deep);
    expect(hasSaneTables(deep)).toBe(true);
  });
});
