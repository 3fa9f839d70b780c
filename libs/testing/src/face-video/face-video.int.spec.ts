import { spawnSync } from 'node:child_process';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { holdsCanaryBars } from './canary.ts';
import { makeFaceVideo, type FaceVideoOptions } from './face-video.ts';
import { readPhoto } from './photo.ts';

const SMALL = { seconds: 3, width: 160, height: 120, bitrate: 500_000 } as const satisfies FaceVideoOptions;
const CANARY = 'canary-7f3a91c2';

/** The frames of a video, raw, as coded. */
const framesOf = (bytes: Uint8Array): Buffer => {
  const options = ['-v', 'error', '-i', 'pipe:0', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'];
  return spawnSync('ffmpeg', options, { input: bytes, maxBuffer: 100_000_000 }).stdout;
};

const trackOf = async (bytes: Uint8Array) => {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  const track = (await input.getPrimaryVideoTrack())!;
  const times: number[] = [];
  for await (const { timestamp } of new EncodedPacketSink(track).packets()) times.push(timestamp);
  return { track, times: times.sort((a, b) => a - b) };
};

describe('makeFaceVideo', () => {
  it('gives the same pictures for the same options, and others for another seed', async () => {
    const framesWith = async (seed: number): Promise<Buffer> =>
      framesOf((await makeFaceVideo({ ...SMALL, seconds: 1, seed })).bytes);
    const first = await framesWith(1);
    expect(first.length).toBe(30 * 160 * 120 * 1.5);
    expect(first.equals(await framesWith(1))).toBe(true);
    expect(first.equals(await framesWith(2))).toBe(false);
  });

  it('knows its truth: the beats that were drawn, on the clock of the frames', async () => {
    const { truth, timesSeconds } = await makeFaceVideo({
      ...SMALL,
      seconds: 20,
      heartRate: 66,
      sdnn: 30,
      respiratoryRate: 12,
    });
    expect(truth.heartRate).toBeCloseTo(66, 6);
    expect(truth.sdnn).toBeCloseTo(30, 6);
    expect(truth.respiratoryRate).toBe(12);
    expect(timesSeconds.length).toBe(600);
  });

  it('drops and shifts frames where the rate varies, and says when each is shown', async () => {
    const { bytes, timesSeconds } = await makeFaceVideo({ ...SMALL, variableFrameRate: true });
    const { times } = await trackOf(bytes);
    expect(times.length).toBe(timesSeconds.length);
    expect(times.length).toBeLessThan(90);
    times.forEach((time, n) => expect(time).toBeCloseTo(timesSeconds[n]!, 3));
    expect(new Set(times.slice(1).map((time, n) => Math.round(1000 * (time - times[n]!)))).size).toBeGreaterThan(5);
  });

  it('turns the picture and says so', async () => {
    const { track } = await trackOf((await makeFaceVideo({ ...SMALL, rotation: 90 })).bytes);
    expect([track.rotation, track.codedWidth, track.codedHeight]).toEqual([90, 120, 160]);
  });

  it('mirrors the picture, and nothing else', async () => {
    const plain = { seconds: 0.1, width: 160, height: 120, noise: 0, bitrate: 8_000_000 } as const;
    const [one, other] = await Promise.all(
      [false, true].map(async (mirrored) => framesOf((await makeFaceVideo({ ...plain, mirrored })).bytes)),
    );
    let apart = 0;
    for (let at = 0; at < 160 * 120; at++) {
      const across = at - (at % 160) + 159 - (at % 160);
      apart += Math.abs(one![at]! - other![across]!) / (160 * 120);
    }
    expect(apart).toBeLessThan(2);
    expect(one!.equals(other!)).toBe(false);
  });

  it('lights, moves and rolls the picture as asked: light at its rate, a jump, nothing where nothing is asked', async () => {
    const quiet = { ...SMALL, noise: 0, motion: 0, drift: 0, amplitude: 0, bitrate: 4_000_000 } as const;
    const lightOf = async (options: FaceVideoOptions): Promise<readonly number[]> => {
      const frames = framesOf((await makeFaceVideo({ ...quiet, ...options })).bytes);
      const size = 160 * 120 * 1.5;
      return Array.from({ length: 90 }, (_, n) => {
        const luma = frames.subarray(n * size, n * size + 160 * 120);
        return luma.reduce((sum, value) => sum + value - 16, 0) / luma.length;
      });
    };
    const rangeOf = (light: readonly number[]): number => (Math.max(...light) - Math.min(...light)) / light[0]!;
    expect(rangeOf(await lightOf({}))).toBeLessThan(0.003);
    expect(rangeOf(await lightOf({ flicker: 0.1, flickerHertz: 1 }))).toBeCloseTo(0.1, 1);
    const jumped = await lightOf({ lightStep: 0.2 });
    expect(jumped[60]! / jumped[30]!).toBeCloseTo(1.2, 1);
    expect(jumped[80]! / jumped[30]!).toBeCloseTo(1, 1);
  });

  it('carries a canary in the file and in every frame, and none unasked', async () => {
    const size = 640 * 480 * 1.5;
    const marked = await makeFaceVideo({ seconds: 1, canary: CANARY });
    expect(Buffer.from(marked.bytes).includes(CANARY)).toBe(true);
    const frames = framesOf(marked.bytes);
    for (let n = 0; n < 30; n++) expect(holdsCanaryBars(frames.subarray(n * size, (n + 1) * size), CANARY)).toBe(true);
    const plain = await makeFaceVideo({ seconds: 1 });
    expect(Buffer.from(plain.bytes).includes(CANARY)).toBe(false);
    expect(holdsCanaryBars(framesOf(plain.bytes), CANARY)).toBe(false);
  });

  it('makes do without ffmpeg: the same photo, and a video that ffmpeg can read', async () => {
    const [one, other] = [await readPhoto('ffmpeg'), await readPhoto('webcodecs')];
    for (const plane of ['y', 'u', 'v'] as const) {
      const apart = one[plane].reduce((sum, value, i) => sum + Math.abs(value - other[plane][i]!), 0);
      expect(apart / one[plane].length).toBeLessThan(2);
    }
    const { bytes } = await makeFaceVideo({ ...SMALL, encoder: 'webcodecs' });
    expect(framesOf(bytes).length).toBe(90 * 160 * 120 * 1.5);
  });
});
