import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * CPU of a whole scan of 30 s of 640 × 480 at 30 frames a second and 2.5 Mbit/s, H.264, children included, against ffmpeg
 * decoding the same file to yuv420p into a pipe that is read and dropped. Ours is a scan in a warm worker: body collected
 * and handed over, demultiplexed, decoded, face, patches, analysis, markers.
 */
export const goal = 1.2;

let workers;
let bytes;
let folder;
let file;

export async function prepare() {
  const { makeFaceVideo } = await import('../../libs/testing/dist/face-video/face-video.js');
  const { ScanWorkers } = await import('../../libs/vitals/dist/adapters/scan/scan-workers.js');
  ({ bytes } = await makeFaceVideo());
  folder = mkdtempSync(path.join(tmpdir(), 'bench-scan-'));
  file = path.join(folder, 'face.mp4');
  writeFileSync(file, bytes);
  workers = await ScanWorkers.start({ size: 1, maxBodyBytes: bytes.length });
  if (workers.decoder.name !== 'ffmpeg') throw new Error('this bench needs ffmpeg');
  // Twice each, so that code is compiled and the file is in the page cache.
  for (const run of [ours, reference, ours, reference]) await run();
}

export const ours = () =>
  measure(async () => {
    const outcome = await workers.run(chunksOf(bytes), { signal: new AbortController().signal });
    if (outcome.analysis.heartRate.value === null) throw new Error('the scan gave no heart rate');
  });

export const reference = () =>
  measure(async () => {
    const options = ['-v', 'error', '-nostdin', '-i', file, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'];
    const child = spawn('ffmpeg', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.resume();
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  });

export async function teardown() {
  await workers.close();
  rmSync(folder, { recursive: true });
}

/** As a request body comes: 64 KiB at a time. */
function* chunksOf(body) {
  for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
}

/** CPU milliseconds of this process and of the children that it has waited for, user and system. */
async function measure(work) {
  const before = cpuMs();
  await work();
  return cpuMs() - before;
}

/** proc(5): fields 14 to 17 of /proc/self/stat, in hundredths of a second; the first two more exactly from getrusage. */
function cpuMs() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + (Number(fields[13]) + Number(fields[14])) * 10;
}
