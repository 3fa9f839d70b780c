import { mulberry32, type Chance } from '@smartscan/signal';
import { makeFaceVideo, type FaceVideoOptions } from '../face-video/face-video.ts';
import { box, boxesOf, uint32, withAppended, withNumber } from './boxes.ts';
import { bombs } from './bombs.ts';
import type { Hostile } from './hostile.ts';
import { impostors } from './impostors.ts';

export type { Hostile };

/** As short as the API takes, and a frame a second: the least work that still goes all the way to the decoder. */
const SMALL = { seconds: 12, framesPerSecond: 1, width: 96, height: 72, bitrate: 200_000, keyframeEvery: 4 } as const;

const MOTHERS: Readonly<Record<string, FaceVideoOptions>> = {
  mp4: {},
  'mp4 with its index behind': { index: 'end' },
  'mp4 in pieces': { index: 'fragmented' },
  mov: { codec: 'hevc', container: 'mov' },
  webm: { codec: 'vp8' },
  'webm of VP9': { codec: 'vp9' },
  mkv: { container: 'mkv' },
};

interface Mother {
  readonly name: string;
  readonly bytes: Buffer;
}

const whole = (chance: Chance, below: number): number => Math.floor(chance() * below);
const oneOf = <T>(chance: Chance, list: readonly T[]): T => list[whole(chance, list.length)]!;

/** Places at which something ends or begins, and those next to them. */
const seamsOf = (bytes: Buffer): readonly number[] => {
  const isMp4 = bytes.toString('latin1', 4, 8) === 'ftyp';
  const seams = isMp4 ? boxesOf(bytes).flatMap(({ start, end }) => [start, end]) : [4, 5, 36, 40, 48, 64];
  return seams.flatMap((seam) => [seam - 1, seam, seam + 1, seam + 4]).filter((at) => at >= 0 && at < bytes.length);
};

/** Broken off: at a seam, or anywhere. */
const cut = ({ name, bytes }: Mother, chance: Chance): Hostile => {
  const at = chance() < 0.5 ? oneOf(chance, seamsOf(bytes)) : whole(chance, bytes.length);
  return { name: `${name}, broken off at ${at}`, bytes: bytes.subarray(0, at) };
};

/** Bits turned over: in the index or the head of the file, or in the pictures. */
const flipped = ({ name, bytes }: Mother, chance: Chance): Hostile => {
  const changed = Buffer.from(bytes);
  const bits = oneOf(chance, [1, 1, 2, 8, 64]);
  const index = boxesOf(bytes).find(({ type }) => type === 'moov') ?? { start: 0, end: Math.min(600, bytes.length) };
  const [from, to] = chance() < 0.6 ? [index.start, index.end] : [0, bytes.length];
  for (let n = 0; n < bits; n++) changed[from + whole(chance, to - from)]! ^= 1 << whole(chance, 8);
  return { name: `${name}, ${bits} bits turned over`, bytes: changed };
};

/** Numbers that a sum, a product or a sign trips over. */
const TRIPPING = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** A stretch of four bytes set to such a number. */
const tripped = ({ name, bytes }: Mother, chance: Chance): Hostile => {
  const changed = Buffer.from(bytes);
  const value = oneOf(chance, TRIPPING);
  const inIndex = boxesOf(bytes).filter(({ type }) => type.startsWith('st') || type.endsWith('hd') || type === 'elst');
  const target = inIndex.length > 0 ? oneOf(chance, inIndex) : { start: 0, end: Math.min(600, bytes.length) };
  const at = target.start + whole(chance, Math.max(1, target.end - target.start - 4));
  changed.writeUInt32BE(value, Math.min(at, changed.length - 4));
  return { name: `${name}, ${value} written at ${at}`, bytes: changed };
};

/** Stretches left out, doubled or in another order, as a broken transfer leaves them. */
const shuffled = ({ name, bytes }: Mother, chance: Chance): Hostile => {
  const [a, b] = [whole(chance, bytes.length), whole(chance, bytes.length)].sort((x, y) => x - y) as [number, number];
  const [head, middle, tail] = [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
  const kinds = { 'left out': [head, tail], doubled: [head, middle, middle, tail], swapped: [middle, head, tail] };
  const kind = oneOf(chance, Object.keys(kinds) as (keyof typeof kinds)[]);
  return { name: `${name}, ${a} to ${b} ${kind}`, bytes: Buffer.concat(kinds[kind]) };
};

/** Tables of an mp4 and where in them the numbers stand that parsers trust. */
const TRUSTED: readonly (readonly [string, number])[] = [
  ...(['stts', 'stsc', 'stsz', 'stco', 'stss', 'elst', 'stsd'] as const).map((type) => [type, 4] as const),
  ...(['stts', 'stsc', 'stsz', 'stco', 'elst'] as const).flatMap((type) => [[type, 8] as const, [type, 12] as const]),
  ...(['mvhd', 'mdhd', 'tkhd'] as const).flatMap((type) => [[type, 12] as const, [type, 16] as const]),
];

const mistold = (file: Buffer): readonly Hostile[] =>
  TRUSTED.flatMap(([type, offset]) =>
    [0, 0x7fff_ffff, 0xffff_ffff].map((value) => ({
      name: `mp4, ${type}+${offset} says ${value}`,
      bytes: withNumber(file, type, offset, value),
    })),
  );

/** An edit list of so many edits, each of all the video. */
const edited = (file: Buffer, count: number, start: number): Buffer => {
  const edits = Array.from({ length: count }, () => uint32(12_000, start, 0x0001_0000));
  return withAppended(file, 'trak', box('edts', box('elst', uint32(0, count), ...edits)));
};

const nested = (depth: number, type: string): Buffer => {
  let inner = box('free');
  for (let n = 0; n < depth; n++) inner = box(type, inner);
  return inner;
};

/** A second video track, and a third, and so on. */
const manyTracks = (file: Buffer, count: number): Buffer => {
  const track = boxesOf(file).find(({ type }) => type === 'trak')!;
  const copy = file.subarray(track.start, track.end);
  return withAppended(file, 'moov', Buffer.concat(Array<Buffer>(count).fill(copy)));
};

const built = (file: Buffer): readonly Hostile[] => [
  ...[1, 50, 5_000].flatMap((count) =>
    [0, 0x7fff_ffff, 0xffff_ffff].map((start) => ({
      name: `mp4, ${count} edits from ${start}`,
      bytes: edited(file, count, start),
    })),
  ),
  ...['moov', 'trak', 'udta', 'edts', 'free'].flatMap((type) =>
    [100, 4_000].map((depth) => ({
      name: `mp4, ${depth} ${type} in each other`,
      bytes: withAppended(file, 'moov', nested(depth, type)),
    })),
  ),
  ...[1, 100, 3_000].map((count) => ({ name: `mp4, ${count} more tracks`, bytes: manyTracks(file, count) })),
  {
    name: 'mp4, a million empty boxes',
    bytes: Buffer.concat([file, Buffer.concat(Array<Buffer>(1_000_000).fill(box('free')))]),
  },
];

/** How many of each kind: a thousand with what is built by hand. */
const SHARES = [
  [cut, 0.3],
  [flipped, 0.35],
  [tripped, 0.2],
  [shuffled, 0.15],
] as const;

/**
 * A given number of hostile inputs, the same each time: what is built by hand, and for the rest good videos that are broken
 * off, flipped, tripped and shuffled by chance.
 */
export const hostileVideos = async (count: number, seed = 1): Promise<readonly Hostile[]> => {
  const chance = mulberry32(seed);
  const mothers: Mother[] = [];
  for (const [name, options] of Object.entries(MOTHERS)) {
    mothers.push({ name, bytes: Buffer.from((await makeFaceVideo({ ...SMALL, ...options })).bytes) });
  }
  const plain = mothers[0]!.bytes;
  const fixed = [...impostors(chance), ...mistold(plain), ...built(plain), ...(await bombs(plain))];
  const rest = count - fixed.length;
  const made = SHARES.flatMap(([make, share]) =>
    Array.from({ length: Math.ceil(rest * share) }, () => make(oneOf(chance, mothers), chance)),
  );
  return [...fixed, ...made].slice(0, count);
};
