import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@smartscan/testing';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { descendants, isDecoder } from '@smartscan/testing/processes';
import { observe, type Observed } from '@smartscan/testing/trespasses';

const ROOT = path.resolve(import.meta.dirname, '../../../../..');
const SCORE = path.join(ROOT, 'apps/score/dist/video.js');

/** Runs a whole scan, its decoder too, and looks what it does. */
const observeScan = async (decoder: string): Promise<Observed> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scan-'));
  try {
    const file = path.join(folder, 'face.mp4');
    writeFileSync(file, (await makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000 })).bytes);
    return await observe([process.execPath, SCORE, file], { ...process.env, SMARTSCAN_SCORE_DECODER: decoder });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('a scan that is watched from outside', () => {
  it.each(['ffmpeg', 'webcodecs'])(
    'P11: opens no file for writing, makes none and reaches no network, with %s',
    async (decoder) => {
      const { stdout, trespasses } = await observeScan(decoder);
      expect(JSON.parse(stdout)).toMatchObject({
        quality: { decoder: expect.stringMatching(`^${decoder} `) as string },
        markers: { heart_rate: { value: expect.any(Number) as number } },
      });
      expect(trespasses).toEqual([]);
    },
  );

  it('P11: leaves neither decoder nor dump behind when it is killed in the middle', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'scan-'));
    try {
      const file = path.join(folder, 'face.mp4');
      writeFileSync(file, (await makeFaceVideo({ seconds: 30, width: 320, height: 240, bitrate: 1_500_000 })).bytes);
      const child = spawn(process.execPath, [SCORE, file], { cwd: folder, stdio: 'ignore' });
      const decodersOf = (): readonly string[] => descendants(String(child.pid)).filter(isDecoder);
      await eventually(() => decodersOf().length > 0);
      const decoders = decodersOf();
      child.kill('SIGKILL');
      await eventually(() => !decoders.some(isDecoder));
      expect(readdirSync(folder)).toEqual(['face.mp4']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('P11: would be seen to write, if it did', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'scan-'));
    try {
      const script = `const { openSync } = require('node:fs'); openSync(process.argv[1], 'w'); setTimeout(() => {}, 200)`;
      const writer = [process.execPath, '-e', script, path.join(folder, 'frame')];
      const seen = await observe(writer);
      expect(seen.trespasses.join()).toContain('frame');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
