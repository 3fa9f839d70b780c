// POS on the colours of one place over 30 s, against that of the npm package vitallens on the same colours, in CPU.
//
// Ours is the method of the paper (Wang et al. 2017): windows of 1.6 s, one for each frame, added up. The reference is the
// least that the peer can do with them: all 30 s as one window in one call, as with a file. Its decoder, face detection,
// buffers and results are left out. That is not the same computation, so the peer's POS is also given every window of the
// paper, once: that waveform must be ours, and what it costs is printed.
const { pos } = await import('../../libs/signal/dist/colour.js');
const { GRID_RATE_HZ } = await import('../../libs/signal/dist/clock.js');
const { mulberry32, synthesizeBeats, synthesizeFace } = await import('../../libs/signal/dist/index.js');

/** At least five times faster. */
export const goal = 0.2;

const SECONDS = 30;
/** As ours, and as the reference's 48 frames at 30 a second. */
const WINDOW = Math.round(1.6 * GRID_RATE_HZ);
/** So often that a call of a fraction of a millisecond is seen by a clock of microseconds. */
const REPEATS = 50;

const parts = {};

export async function prepare() {
  const [{ Frame, VitalLens }, tf] = await Promise.all([import('vitallens'), import('@tensorflow/tfjs')]);
  const chance = mulberry32(1);
  const train = synthesizeBeats({ heartRate: 70, sdnn: 40, respiratoryRate: 14, durationSeconds: SECONDS, chance });
  const timesSeconds = Float64Array.from({ length: SECONDS * GRID_RATE_HZ }, (_, i) => i / GRID_RATE_HZ);
  const [{ red, green, blue }] = synthesizeFace(train, { timesSeconds, chance, patches: 1 }).patches;
  // A region of its own keeps it from starting a face detector. The handler of a method is not exported by itself.
  const globalRoi = { x0: 0, y0: 0, x1: 1, y1: 1 };
  const { methodHandler } = new VitalLens({ method: 'pos', globalRoi }).controller;
  const rgb = Float32Array.from({ length: 3 * red.length }, (_, i) => [red, green, blue][i % 3][Math.floor(i / 3)]);
  Object.assign(parts, { Frame, tf, methodHandler, rgb, colour: { red, green, blue } });
}

export const ours = () =>
  measure(REPEATS, () => {
    parts.ours = pos(parts.colour);
  });

export const reference = () => measure(REPEATS, () => theirs(parts.rgb));

export async function teardown() {
  if (parts.ours === undefined) return;
  let waveform;
  const ms = await measure(1, async () => {
    waveform = await theirWindows();
  });
  const { swing, apart } = distance(parts.ours, waveform);
  console.log(`deviation  ${apart.toExponential(1)} at most, of a waveform that reaches ${swing.toExponential(1)}`);
  console.log(`reference  ${ms.toFixed(0)} ms for the windows of the paper`);
  if (!(apart <= 1e-3 * swing)) throw new Error('the two do not compute the same');
}

/** The peer's POS, of colours frame by frame. */
async function theirs(rgb) {
  const tensor = parts.tf.tensor2d(rgb, [rgb.length / 3, 3]);
  const { waveforms } = await parts.methodHandler.process(parts.Frame.fromTensor(tensor, true, [], []), 'file');
  tensor.dispose();
  return waveforms.ppg_waveform.data;
}

/** The same window by window, the windows added up, over their number. */
async function theirWindows() {
  const length = parts.rgb.length / 3;
  const [sum, windows] = [new Float64Array(length), new Float64Array(length)];
  for (let start = 0; start + WINDOW <= length; start += 1) {
    const wave = await theirs(parts.rgb.subarray(3 * start, 3 * (start + WINDOW)));
    wave.forEach((value, i) => {
      sum[start + i] += value;
      windows[start + i] += 1;
    });
  }
  return sum.map((value, i) => value / windows[i]);
}

/** Furthest from zero, and furthest from each other. Both are without a mean of their own: a window's is taken off. */
function distance(one, other) {
  const centred = (wave) => {
    const mean = wave.reduce((sum, value) => sum + value, 0) / wave.length;
    return wave.map((value) => value - mean);
  };
  const [a, b] = [centred(one), centred(other)];
  return {
    swing: Math.max(...a.map(Math.abs)),
    apart: Math.max(...a.map((value, i) => Math.abs(value - b[i]))),
  };
}

/** CPU milliseconds of this process, a run. */
async function measure(runs, work) {
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / runs;
}
