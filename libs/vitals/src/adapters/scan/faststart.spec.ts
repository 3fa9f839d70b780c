import fc from 'fast-check';
import { withIndexFirst } from './faststart.ts';

const box = (type: string, content: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + content.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(Buffer.from(type, 'latin1'), 4);
  bytes.set(content, 8);
  return bytes;
};

/** A chunk offset table, 32 or 64 bits wide. */
const table = (offsets: readonly number[], wide: boolean): Uint8Array => {
  const content = new Uint8Array(8 + offsets.length * (wide ? 8 : 4));
  const view = new DataView(content.buffer);
  view.setUint32(4, offsets.length);
  offsets.forEach((offset, i) => {
    if (wide) view.setBigUint64(8 + 8 * i, BigInt(offset));
    else view.setUint32(8 + 4 * i, offset);
  });
  return box(wide ? 'co64' : 'stco', content);
};

const nested = (types: readonly string[], inner: Uint8Array): Uint8Array =>
  types.reduceRight((content, type) => box(type, content), inner);

const PATH = ['moov', 'trak', 'mdia', 'minf', 'stbl'];
const FILE_TYPE = box('ftyp', Buffer.from('isom0000'));

/** A file with its index behind: `ftyp mdat moov`, and the offsets that the index holds. */
const fileOf = (pictures: Uint8Array, places: readonly number[], wide: boolean) => {
  const offsets = places.map((place) => FILE_TYPE.length + 8 + place);
  return { offsets, bytes: Buffer.concat([FILE_TYPE, box('mdat', pictures), nested(PATH, table(offsets, wide))]) };
};

/** The offsets that stand in the table of a file. */
const offsetsIn = (file: Buffer, count: number, wide: boolean): readonly number[] => {
  const at = file.indexOf(wide ? 'co64' : 'stco') + 12;
  return Array.from({ length: count }, (_, i) =>
    wide ? Number(file.readBigUInt64BE(at + 8 * i)) : file.readUInt32BE(at + 4 * i),
  );
};

const typesOf = (file: Buffer): readonly string[] => {
  const types: string[] = [];
  for (let at = 0; at < file.length; at += file.readUInt32BE(at)) types.push(file.toString('latin1', at + 4, at + 8));
  return types;
};

describe('withIndexFirst', () => {
  it('moves the index before the pictures and keeps every offset on the byte that it meant', () => {
    const layouts = fc.uint8Array({ minLength: 1, maxLength: 400 }).chain((pictures) =>
      fc.record({
        pictures: fc.constant(pictures),
        places: fc.array(fc.nat(pictures.length - 1), { maxLength: 30 }),
        wide: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(layouts, ({ pictures, places, wide }) => {
        const { bytes, offsets } = fileOf(pictures, places, wide);
        const moved = Buffer.concat(withIndexFirst(bytes));
        expect(moved.length).toBe(bytes.length);
        expect(typesOf(moved)).toEqual(['ftyp', 'moov', 'mdat']);
        offsetsIn(moved, places.length, wide).forEach((offset, i) => {
          expect(moved[offset]).toBe(bytes[offsets[i]!]);
        });
      }),
    );
  });

  it('keeps what stands behind the index', () => {
    const { bytes } = fileOf(new Uint8Array(50), [3], false);
    const file = Buffer.concat([bytes, box('free', Buffer.from('tail'))]);
    expect(typesOf(Buffer.concat(withIndexFirst(file)))).toEqual(['ftyp', 'moov', 'mdat', 'free']);
  });

  it('copies nothing but the index', () => {
    const { bytes } = fileOf(new Uint8Array(1000), [3], false);
    const shared = withIndexFirst(bytes).filter((part) => part.buffer === bytes.buffer);
    expect(shared.reduce((sum, part) => sum + part.length, 0)).toBe(FILE_TYPE.length + 1008);
  });

  it('leaves a file alone whose index stands first', () => {
    const file = Buffer.concat([FILE_TYPE, nested(PATH, table([90], false)), box('mdat', new Uint8Array(9))]);
    expect(withIndexFirst(file)).toEqual([file]);
  });

  it('gives back every byte of whatever makes no sense, and never throws', () => {
    const { bytes } = fileOf(new Uint8Array(60), [1, 2, 3], false);
    const damage = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255), length: fc.nat(bytes.length) });
    fc.assert(
      fc.property(fc.array(damage, { maxLength: 6 }), (damages) => {
        const file = Buffer.from(bytes);
        for (const { at, value } of damages) file[at] = value;
        const cut = file.subarray(0, damages[0]?.length ?? file.length);
        const parts = withIndexFirst(cut);
        expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(cut.length);
      }),
    );
  });
});
