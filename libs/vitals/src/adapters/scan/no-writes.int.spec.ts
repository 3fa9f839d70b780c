import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '@smartscan/testing';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { descendants, heldForWriting, isDecoder } from '@smartscan/testing/processes';

const ROOT = path.resolve(import.meta.dirname, '../../../../..');
const SCORE = path.join(ROOT, 'apps/score/dist/video.js');

interface Observed {
  readonly stdout: string;
  /** What was done that must not be done: calls, or files held open for writing. */
  readonly trespasses: readonly string[];
}

/** Every call by which a process can reach a file, a new name, or the network. */
const TRACED = [
  ...['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'link', 'linkat', 'symlink'],
  ...['symlinkat', 'rename', 'renameat', 'renameat2', 'truncate', 'ftruncate', 'memfd_create', 'shmget'],
  ...['socket', 'connect', 'bind', 'listen'],
].join(',');
const WRITES = /O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|^(creat|mkdir|mknod|link|symlink|rename|f?truncate|memfd|shmget)/;
const NETWORK = /^(socket|connect|bind|listen)\((?!.*AF_UNIX)/;

const straced = (command: readonly string[], env: NodeJS.ProcessEnv, folder: string): Observed => {
  const log = path.join(folder, 'calls');
  const options = ['-f', '-qq', '-s', '300', '-e', `trace=${TRACED}`, '-o', log];
  const { stdout } = spawnSync('strace', [...options, ...command], { env, encoding: 'utf8' });
  const calls = readFileSync(log, 'utf8').split('\n');
  const named = calls.map((call) => call.replace(/^\d+\s+/, ''));
  // Node opens it at its start, to be sure that descriptors 0 to 2 exist; it holds nothing.
  const writes = named.filter((call) => WRITES.test(call) && !call.includes('"/dev/null", O_RDWR'));
  return { stdout, trespasses: [...writes, ...named.filter((call) => NETWORK.test(call))] };
};

/** Without strace: looks again and again at what the process and its descendants hold open. */
const watched = async ([file, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Observed> => {
  const child = spawn(file!, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const stdout = text(child.stdout);
  const trespasses = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of [String(child.pid), ...descendants(String(child.pid))])
      heldForWriting(pid).forEach((held) => trespasses.add(held));
  }, 2);
  await once(child, 'close');
  clearInterval(timer);
  return { stdout: await stdout, trespasses: [...trespasses] };
};

const hasStrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;

/** Runs a whole scan, its decoder too, and looks what it does. */
const observeScan = async (decoder: string): Promise<Observed> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scan-'));
  try {
    const file = path.join(folder, 'face.mp4');
    writeFileSync(file, (await makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000 })).bytes);
    const command = [process.execPath, SCORE, file];
    const env = { ...process.env, SMARTSCAN_SCORE_DECODER: decoder };
    return hasStrace ? straced(command, env, folder) : await watched(command, env);
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
      const seen = hasStrace ? straced(writer, process.env, folder) : await watched(writer, process.env);
      expect(seen.trespasses.join()).toContain('frame');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
