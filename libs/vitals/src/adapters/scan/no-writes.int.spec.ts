import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeFaceVideo } from '@smartscan/testing/face-video';

const ROOT = path.resolve(import.meta.dirname, '../../../../..');
const SCORE = path.join(ROOT, 'apps/score/dist/video.js');

/** Every call by which a process can reach a file, a new name, or the network. */
const TRACED = [
  ...['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'link', 'linkat', 'symlink'],
  ...['symlinkat', 'rename', 'renameat', 'renameat2', 'truncate', 'ftruncate', 'memfd_create', 'shmget'],
  ...['socket', 'connect', 'bind', 'listen', 'sendto', 'sendmsg'],
].join(',');

const WRITES = /O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|^(creat|mkdir|mknod|link|symlink|rename|truncate|memfd|shmget)/;
const NETWORK = /^(socket|connect|bind|listen)\(.*AF_(?!UNIX)/;

/** Runs a whole scan, its decoder too, under strace; the calls, without the process ids. */
const traceScan = (environment: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'trace-'));
  try {
    const [video, log] = [path.join(folder, 'face.mp4'), path.join(folder, 'calls')];
    writeFileSync(video, face);
    const options = ['-f', '-qq', '-s', '300', '-e', `trace=${TRACED}`, '-o', log];
    const result = spawnSync('strace', [...options, process.execPath, SCORE, video], {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    });
    const calls = readFileSync(log, 'utf8').split('\n');
    return { line: JSON.parse(result.stdout) as ScoreLine, calls: calls.map((call) => call.replace(/^\d+\s+/, '')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

interface ScoreLine {
  readonly markers: { readonly heart_rate: { readonly value: number } };
  readonly quality: { readonly decoder: string };
}

let face: Uint8Array;
beforeAll(async () => {
  ({ bytes: face } = await makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000 }));
});

describe('a scan under strace', () => {
  it.each(['ffmpeg', 'webcodecs'] as const)(
    'P11: opens no file for writing, makes none and reaches no network, with %s',
    (decoder) => {
      const { line, calls } = traceScan({ SMARTSCAN_SCORE_DECODER: decoder });
      expect(line.quality.decoder).toMatch(new RegExp(`^${decoder} `));
      expect(line.markers.heart_rate.value).toBeGreaterThan(0);
      // It was traced at all, the decoder and its libraries too.
      expect(calls.filter((call) => call.startsWith('openat(')).length).toBeGreaterThan(50);
      const writes = calls.filter((call) => WRITES.test(call));
      // Node opens it three times at its start to be sure that descriptors 0 to 2 exist; it holds nothing.
      expect(writes.filter((call) => !call.startsWith('openat(AT_FDCWD, "/dev/null", O_RDWR'))).toEqual([]);
      expect(calls.filter((call) => NETWORK.test(call))).toEqual([]);
    },
  );
});
