import { spawnSync } from 'node:child_process';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { builtFile } from '@smartscan/inference';
import { SPOOFS } from '@smartscan/testing/spoofs';
import { findDecoder, type Decoder } from './decoder.ts';
import { ScanWorkers } from './scan-workers.ts';

const SHORT = { seconds: 12, width: 320, height: 240, bitrate: 1_500_000, amplitude: 0.008 } as const;
const never = new AbortController().signal;

describe('the fallback decoder', () => {
  let workers: ScanWorkers;
  beforeAll(async () => {
    const decoder = await findDecoder('webcodecs');
    workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 20_000_000, decoder });
  });
  afterAll(() => workers.close());

  it.each(['h264', 'hevc', 'vp8', 'vp9'] as const)(
    'reads %s as ffmpeg does, and says that it was used',
    async (codec) => {
      const { bytes, truth } = await makeFaceVideo({ ...SHORT, codec, bFrames: 2 });
      const { analysis, quality } = await workers.run([bytes], { signal: never });
      expect(Math.abs(analysis.heartRate.value! - truth.heartRate)).toBeLessThan(2);
      expect(quality.decoder).toMatch(/^webcodecs \d/);
    },
  );

  it('reads ten bits, turned pictures and an index at the end', async () => {
    const { bytes, truth } = await makeFaceVideo({
      ...SHORT,
      codec: 'hevc',
      pixelFormat: 'yuv420p10le',
      container: 'mov',
      index: 'end',
      rotation: 180,
    });
    const { analysis } = await workers.run([bytes], { signal: never });
    expect(Math.abs(analysis.heartRate.value! - truth.heartRate)).toBeLessThan(2);
  });

  it.each([0, 90] as const)('sees the room beside a face, in pictures turned by %d degrees too', async (rotation) => {
    const lamp = SPOOFS['a photo under light that flickers in the colours of blood'];
    const { bytes } = await makeFaceVideo({ ...SHORT, ...lamp, rotation });
    const { analysis } = await workers.run([bytes], { signal: never });
    expect(analysis.heartRate.reasons).toEqual(['light_flickers']);
  });

  it('ends with a problem where the bytes are damaged', async () => {
    const { bytes } = await makeFaceVideo(SHORT);
    const damaged = bytes.slice(0, bytes.length * 0.6);
    await expect(workers.run([damaged], { signal: never })).rejects.toMatchObject({ code: 'vitals.corrupt' });
  });
});

describe('findDecoder', () => {
  it('prefers ffmpeg, and takes the npm package where there is none', async () => {
    const script = `import(process.argv[1]).then(async (m) => console.log(JSON.stringify(await m.findDecoder())))`;
    const foundWith = (search: string): Decoder => {
      const args = ['-e', script, builtFile(import.meta.url, './decoder.js')];
      return JSON.parse(
        spawnSync(process.execPath, args, { env: { PATH: search }, encoding: 'utf8' }).stdout,
      ) as Decoder;
    };
    expect(foundWith(process.env.PATH ?? '').name).toBe('ffmpeg');
    const { name, codecs } = foundWith('/nowhere');
    expect(name).toBe('webcodecs');
    expect(Object.keys(codecs)).toEqual(expect.arrayContaining(['h264', 'hevc', 'vp8', 'vp9']));
  });
});
