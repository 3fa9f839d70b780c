import { execFileSync } from 'node:child_process';
import type { Raster } from './photograph.ts';

/** HEVC NAL unit types: parameter sets and the pictures that stand alone (ITU-T H.265, table 7-1). */
const [VPS, SPS, PPS] = [32, 33, 34];
const isPicture = (type: number): boolean => type >= 16 && type <= 21;

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number): Buffer => Buffer.concat([u16(value >>> 16), u16(value & 65_535)]);
const box = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body]);
};
const fullBox = (type: string, version: number, ...parts: Buffer[]): Buffer =>
  box(type, u32(version * 2 ** 24), ...parts);

const hevcOf = ({ width, height, data }: Raster): Buffer =>
  execFileSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-i', '-'],
      ...['-frames:v', '1', '-c:v', 'libx265', '-x265-params', 'log-level=error:keyint=1:crf=20'],
      ...['-pix_fmt', 'yuv420p', '-f', 'hevc', '-'],
    ],
    { input: data, maxBuffer: 2 ** 26 },
  );

interface Nal {
  readonly type: number;
  readonly bytes: Buffer;
}

/** A zero may stand before it. */
const START_CODE = Buffer.from([0, 0, 1]);

const nalsOf = (stream: Buffer): Nal[] => {
  const starts: number[] = [];
  for (let at = stream.indexOf(START_CODE); at >= 0; at = stream.indexOf(START_CODE, at + 3)) starts.push(at);
  return starts.map((at, i) => {
    const next = starts[i + 1] ?? stream.length;
    const bytes = stream.subarray(at + 3, stream[next - 1] === 0 ? next - 1 : next);
    return { type: (bytes[0]! >> 1) & 63, bytes };
  });
};

/** HEVCDecoderConfigurationRecord (ISO 14496-15 8.3.3.1) of 8 bits, 4:2:0. */
const configurationOf = (nals: readonly Nal[]): Buffer => {
  const sets = [VPS, SPS, PPS].map((type) => nals.filter((nal) => nal.type === type));
  const sps = Buffer.from(sets[1]![0]!.bytes.toString('latin1').replaceAll('\0\0\x03', '\0\0'), 'latin1');
  const profile = sps.subarray(3, 15);
  const fixed = Buffer.from([0xf0, 0, 0xfc, 0xfc | 1, 0xf8, 0xf8, 0, 0, 0x0f]);
  const arrays = sets.map((units, i) =>
    Buffer.concat([
      Buffer.from([0x80 | [VPS, SPS, PPS][i]!]),
      u16(units.length),
      ...units.flatMap(({ bytes }) => [u16(bytes.length), bytes]),
    ]),
  );
  return Buffer.concat([Buffer.from([1]), profile, fixed, Buffer.from([arrays.length]), ...arrays]);
};

export interface HeicOptions {
  /** How many quarters anticlockwise a viewer turns it (`irot`): a phone writes so what it was held. */
  readonly quarters?: number;
  /** What the file says its size is, in place of the truth. */
  readonly claimed?: { readonly width: number; readonly height: number };
}

/** A picture as iPhones write theirs: one HEVC picture in a HEIF file (ISO 23008-12), by libx265. */
export const heicOf = (raster: Raster, { quarters = 0, claimed = raster }: HeicOptions = {}): Buffer => {
  const nals = nalsOf(hevcOf(raster));
  const picture = nals
    .filter(({ type }) => isPicture(type))
    .map(({ bytes }) => Buffer.concat([u32(bytes.length), bytes]));
  const data = Buffer.concat(picture);
  const properties = box(
    'iprp',
    box(
      'ipco',
      box('hvcC', configurationOf(nals)),
      fullBox('ispe', 0, u32(claimed.width), u32(claimed.height)),
      box('irot', Buffer.from([quarters])),
    ),
    fullBox('ipma', 0, u32(1), u16(1), Buffer.from([3, 0x81, 0x02, 0x83])),
  );
  const meta = (at: number): Buffer =>
    fullBox(
      'meta',
      0,
      fullBox('hdlr', 0, u32(0), Buffer.from('pict', 'latin1'), Buffer.alloc(13)),
      fullBox('pitm', 0, u16(1)),
      fullBox('iinf', 0, u16(1), fullBox('infe', 2, u16(1), u16(0), Buffer.from('hvc1\0', 'latin1'))),
      properties,
      fullBox('iloc', 0, u16(0x4400), u16(1), u16(1), u16(0), u16(1), u32(at), u32(data.length)),
    );
  const type = box('ftyp', Buffer.from('heic', 'latin1'), u32(0), Buffer.from('mif1heic', 'latin1'));
  const start = type.length + meta(0).length + 8;
  return Buffer.concat([type, meta(start), box('mdat', data)]);
};
