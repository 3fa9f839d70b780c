import { makeFaceVideo, SHORT, type FaceVideoOptions } from '@smartscan/testing/face-video';
import type { ScanOutcome } from './outcome.ts';
import { ScanWorkers } from './scan-workers.ts';

const STRONG = { ...SHORT, amplitude: 0.008 } as const;

let workers: ScanWorkers;
beforeAll(async () => {
  workers = await ScanWorkers.start({ size: 2, maxBodyBytes: 50_000_000 });
});
afterAll(() => workers.close());

const scan = (bytes: Uint8Array): Promise<ScanOutcome> =>
  workers.run([bytes], { signal: new AbortController().signal });

describe('a scan', () => {
  it('finds the pulse of the sample video: rate within 1, SDNN within 10 ms, breathing within 1.5', async () => {
    const { bytes, truth } = await makeFaceVideo();
    const { analysis, quality, models, timings_ms } = await scan(bytes);
    expect(Math.abs(analysis.heartRate.value! - truth.heartRate)).toBeLessThan(1);
    expect(Math.abs(analysis.sdnn.value! - truth.sdnn)).toBeLessThan(10);
    expect(Math.abs(analysis.respiratoryRate.value! - truth.respiratoryRate)).toBeLessThan(1.5);
    expect(quality).toMatchObject({ frames: 900, fps: 30, codec: 'h264', width: 640, height: 480, rotation: 0 });
    expect(quality.regions.length).toBeGreaterThanOrEqual(12);
    expect(quality.face_quality).toBeGreaterThan(0.8);
    expect(Object.values(models)).toEqual(Array(2).fill(expect.stringMatching(/^sha256:[0-9a-f]{64}$/)));
    expect(timings_ms['total']).toBeGreaterThan(0);
  });

  const kinds: readonly (readonly [string, FaceVideoOptions, Partial<ScanOutcome['quality']>])[] = [
    ['H.264 with B-frames and few key frames', { bFrames: 3, keyframeEvery: 250 }, { codec: 'h264' }],
    ['HEVC', { codec: 'hevc', container: 'mov' }, { codec: 'hevc' }],
    ['HEVC with 10 bits', { codec: 'hevc', pixelFormat: 'yuv420p10le' }, { codec: 'hevc' }],
    ['VP8 in webm', { codec: 'vp8' }, { codec: 'vp8' }],
    ['VP9 in webm', { codec: 'vp9' }, { codec: 'vp9' }],
    ['H.264 in Matroska', { container: 'mkv' }, { codec: 'h264' }],
    ['full range', { pixelFormat: 'yuvj420p' }, {}],
    ['4:4:4', { pixelFormat: 'yuv444p' }, {}],
    ['an index behind the pictures', { index: 'end', container: 'mov' }, {}],
    ['an index in pieces', { index: 'fragmented' }, {}],
    ['a variable frame rate', { variableFrameRate: true }, {}],
    ['30 frames a second', { framesPerSecond: 30 }, { fps: 30 }],
    ['a camera turned by 90 degrees', { rotation: 90, width: 240, height: 320 }, { rotation: 90, width: 320 }],
    ['a camera turned by 180 degrees', { rotation: 180 }, { rotation: 180 }],
    ['a camera turned by 270 degrees', { rotation: 270, width: 240, height: 320 }, { rotation: 270, width: 320 }],
    ['720p', { width: 1280, height: 720, seconds: 11, bitrate: 4_000_000 }, { width: 1280, height: 720 }],
    ['a swaying camera', { motion: 3 }, {}],
  ];

  it.each(kinds)('reads %s', async (_, options, quality) => {
    const { bytes, truth } = await makeFaceVideo({ ...STRONG, ...options });
    const outcome = await scan(bytes);
    expect(outcome.quality).toMatchObject(quality);
    expect(Math.abs(outcome.analysis.heartRate.value! - truth.heartRate)).toBeLessThan(2);
  });

  it('reads a pulse at the rhythm of the key frames, and none out of that rhythm', async () => {
    const beating = await makeFaceVideo({ ...STRONG, heartRate: 60, sdnn: 15 });
    expect((await scan(beating.bytes)).analysis.heartRate.value).toBeCloseTo(60, -0.5);
    const still = await scan((await makeFaceVideo({ ...STRONG, seconds: 20, amplitude: 0 })).bytes);
    expect(still.analysis.heartRate.value).toBeNull();
  });

  it('gives no number for a photo held before the camera', async () => {
    const { bytes } = await makeFaceVideo({ ...STRONG, seconds: 20, amplitude: 0, motion: 2, drift: 0.02, seed: 9 });
    const { heartRate, sdnn, respiratoryRate } = (await scan(bytes)).analysis;
    for (const estimate of [heartRate, sdnn, respiratoryRate]) {
      expect(estimate.value).toBeNull();
      expect(estimate.reasons.length).toBeGreaterThan(0);
    }
  });
});
