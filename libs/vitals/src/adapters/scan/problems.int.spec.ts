import { spawnSync } from 'node:child_process';
import { cutShort, noise, scrambled } from '@smartscan/testing/damaged-video';
import { makeFaceVideo, type FaceVideoOptions } from '@smartscan/testing/face-video';
import { ScanWorkers } from './scan-workers.ts';

const SHORT = { seconds: 12, width: 320, height: 240, bitrate: 1_500_000 } as const;

let workers: ScanWorkers;
let good: Uint8Array;
const defects: string[] = [];

beforeAll(async () => {
  workers = await ScanWorkers.start({
    size: 1,
    maxBodyBytes: 20_000_000,
    onDefect: (name, at) => defects.push([name, ...at].join(' ')),
  });
  good = (await makeFaceVideo({ ...SHORT, amplitude: 0.008 })).bytes;
});
afterAll(() => workers.close());

const codeOf = async (bytes: Uint8Array): Promise<string> => {
  try {
    await workers.run([bytes], { signal: new AbortController().signal });
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const madeOf = async (options: FaceVideoOptions): Promise<Uint8Array> =>
  (await makeFaceVideo({ ...SHORT, ...options })).bytes;

/** What ffmpeg makes of a test picture or a tone. */
const madeByFfmpeg = (...options: readonly string[]): Uint8Array => {
  const result = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', ...options, 'pipe:1'], { maxBuffer: 50_000_000 });
  if (result.status !== 0) throw new Error(result.stderr.toString('utf8'));
  return result.stdout;
};

const FRAGMENTED = ['-movflags', 'frag_keyframe+empty_moov', '-f', 'mp4'];

/** A video whose index says that its pictures are 4096 × 2304. */
const tooLarge = (): Uint8Array => {
  const bytes = Buffer.from(good);
  // Width and height of a VisualSampleEntry (ISO/IEC 14496-12, 12.1.3).
  const entry = bytes.indexOf('avc1', bytes.indexOf('stsd'));
  bytes.writeUInt16BE(4096, entry + 28);
  bytes.writeUInt16BE(2304, entry + 30);
  return bytes;
};

describe('a video that no vitals can be read from', () => {
  const cases: readonly (readonly [string, string, () => Uint8Array | Promise<Uint8Array>])[] = [
    ['nothing', 'vitals.not_a_video', () => new Uint8Array(0)],
    ['bytes by chance', 'vitals.not_a_video', () => noise(300_000)],
    ['a text', 'vitals.not_a_video', () => Buffer.from('Lorem ipsum. '.repeat(5_000))],
    ['sound alone', 'vitals.not_a_video', () => madeByFfmpeg('-i', 'sine', '-t', '12', '-c:a', 'aac', ...FRAGMENTED)],
    [
      'another codec',
      'vitals.unsupported_codec',
      () => madeByFfmpeg('-i', 'testsrc=size=320x240', '-t', '12', '-c:v', 'mpeg4', ...FRAGMENTED),
    ],
    ['too large pictures', 'vitals.too_large', tooLarge],
    ['an upload that broke off', 'vitals.corrupt', () => cutShort(good, 0.6)],
    ['one that lost its index', 'vitals.corrupt', async () => cutShort(await madeOf({ index: 'end' }), 0.6)],
    ['a webm that broke off', 'vitals.corrupt', async () => cutShort(await madeOf({ codec: 'vp8' }), 0.95)],
    ['scrambled bytes', 'vitals.corrupt', () => scrambled(good, 0.02)],
    ['four seconds', 'vitals.too_short', () => madeOf({ seconds: 4 })],
    [
      'more than a minute',
      'vitals.too_long',
      () => madeByFfmpeg('-i', 'testsrc=size=320x240:rate=10', '-t', '65', '-c:v', 'libx264', ...FRAGMENTED),
    ],
    ['no face', 'vitals.no_face', () => madeOf({ scene: 'no_face' })],
    ['two faces', 'vitals.several_faces', () => madeOf({ scene: 'two_faces' })],
    ['a dark room', 'vitals.too_dark', () => madeOf({ brightness: 0.08 })],
    ['a picture that freezes', 'vitals.frozen_picture', () => madeOf({ frozenAfterSeconds: 5 })],
    ['a loop', 'vitals.frozen_picture', () => madeOf({ loopSeconds: 3 })],
  ];

  it.each(cases)('%s: %s', async (_, code, bytes) => {
    expect(await codeOf(await bytes())).toBe(code);
  });

  it('never brings the worker down: it reads a good video after all of them', async () => {
    expect(await codeOf(good)).toBe('none');
    expect(defects).toEqual([]);
  });

  it('is refused, or read, but never crashes the worker, whatever bytes are damaged', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const damaged = scrambled(good, [0.00005, 0.0005, 0.005][seed % 3]!, seed);
      // The index too: it stands in the first part, which `scrambled` spares.
      for (let i = 0; i < seed; i++) damaged[40 + ((i * 7919 + seed * 104729) % 8_000)] = (seed * 37 + i) % 256;
      expect(await codeOf(damaged)).toMatch(/^(none|vitals\.(corrupt|not_a_video|no_face|too_\w+|unsupported_codec))$/);
    }
    expect(defects).toEqual([]);
  });
});
