/**
 * Recorded pulses of fingertips as the blood of faces: their waves, their rhythms and their flaws, with a truth that no camera
 * measured. Half of the finger-rr recordings are for training, the other half and all of finger-oximetry are held out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyseFinger, standardDeviation } from '@smartscan/signal';
import { readFingerOximetry } from '../pulse/finger-oximetry.ts';
import { column, meanOf, readCsv, walk, type Folder } from '../pulse/folders.ts';
import type { BloodAt } from './light.ts';

/** A stretch of a recorded pulse. */
export interface Wave {
  /** Of what it was recorded: for the table. */
  readonly source: 'finger-rr' | 'finger-oximetry';
  readonly bloodAt: BloodAt;
  readonly truth: { readonly heartRate: number; readonly sdnn: number | null };
}

export interface Waves {
  readonly training: readonly Wave[];
  readonly heldOut: readonly Wave[];
}

export const WAVE_SECONDS = 30;
const OXIMETRY_FRAMES_PER_SECOND = 30;

/** Of the recordings, in order, the first so many train: neighbours may be of one person, who should not be on both sides. */
const TRAINING_SHARE = 0.5;

/** Slower than this is drift, seconds on either side. */
const TREND_SECONDS = 1;

/** Standard deviation of a synthesized pulse whose systolic waves are one high (ours). */
const UNIT_DEVIATION = 0.35;

interface Trace {
  readonly timesSeconds: Float64Array;
  readonly values: Float64Array;
}

/** Blood volume of a fingertip: light upside down, its drift taken off, on the scale of a synthesized pulse. */
const bloodOf = ({ timesSeconds, values }: Trace): Float64Array => {
  let [from, to, sum] = [0, 0, 0];
  const level = timesSeconds.map((time) => {
    while (to < values.length && timesSeconds[to]! <= time + TREND_SECONDS) sum += values[to++]!;
    while (timesSeconds[from]! < time - TREND_SECONDS) sum -= values[from++]!;
    return sum / (to - from);
  });
  const steady = values.map((value, i) => level[i]! - value);
  const scale = UNIT_DEVIATION / (standardDeviation(steady) || 1);
  return steady.map((value) => value * scale);
};

/** Straight lines between frames, from `start` on. Times go back and forth by a delay at most. */
const bloodFrom = (trace: Trace, start: number): BloodAt => {
  const blood = bloodOf(trace);
  const { timesSeconds } = trace;
  return (times) => {
    let k = 0;
    return times.map((time) => {
      while (k > 0 && timesSeconds[k]! > start + time) k--;
      while (k + 2 < timesSeconds.length && timesSeconds[k + 1]! <= start + time) k++;
      const share = (start + time - timesSeconds[k]!) / (timesSeconds[k + 1]! - timesSeconds[k]! || 1);
      return blood[k]! + Math.min(1, Math.max(0, share)) * (blood[k + 1]! - blood[k]!);
    });
  };
};

/** The colour with the clearest pulse: which one it is differs from phone to phone. */
const clearest = (timesSeconds: Float64Array, channels: readonly Float64Array[]): Trace => {
  const [best] = channels
    .map((values) => ({ values, snr: analyseFinger({ timesSeconds, channels: [values] }).snrDecibels }))
    .sort((a, b) => b.snr - a.snr);
  return { timesSeconds, values: best!.values };
};

const finite = (values: Float64Array): Float64Array => {
  let last = 0;
  return values.map((value) => (last = Number.isFinite(value) ? value : last));
};

/** Rate and SDNN of the intervals that lie within a stretch. They begin with the recording and cover it. */
const truthBetween = (intervalsMs: readonly number[], from: number, to: number): Wave['truth'] | null => {
  let end = 0;
  const inside = intervalsMs.filter((interval) => {
    const begin = end;
    end += interval / 1000;
    return begin >= from && end <= to;
  });
  if (inside.length < 10) return null;
  return { heartRate: 60_000 / meanOf(inside), sdnn: standardDeviation(inside) };
};

const fingerRr = ({ files, path }: Folder): Wave[] => {
  if (!files.includes('PPG.csv') || !files.includes('RR.txt')) return [];
  const csv = readCsv(join(path, 'PPG.csv'));
  const intervals = readFileSync(join(path, 'RR.txt'), 'utf8').trim().split(/\s+/).map(Number);
  const timesSeconds = column(csv, 0).map((ms) => ms / 1000);
  const trace = clearest(
    timesSeconds,
    [1, 2, 3].map((index) => finite(column(csv, index))),
  );
  const count = Math.floor(timesSeconds[timesSeconds.length - 1]! / WAVE_SECONDS);
  return Array.from({ length: count }, (_, k) => k * WAVE_SECONDS).flatMap((start) => {
    const truth = truthBetween(intervals, start, start + WAVE_SECONDS);
    return truth === null ? [] : [{ source: 'finger-rr' as const, bloodAt: bloodFrom(trace, start), truth }];
  });
};

const fingerOximetry = (folder: Folder, root: string): Wave[] => {
  const traces = new Map<string, Trace>();
  const traceOf = (recording: string): Trace => {
    const known = traces.get(recording);
    if (known !== undefined) return known;
    const csv = readCsv(join(root, `${recording}.csv`));
    const timesSeconds = Float64Array.from(csv.rows, (_, i) => i / OXIMETRY_FRAMES_PER_SECOND);
    const trace = clearest(
      timesSeconds,
      [0, 1, 2].map((index) => finite(column(csv, index))),
    );
    traces.set(recording, trace);
    return trace;
  };
  return [...readFingerOximetry(folder, WAVE_SECONDS)].flatMap((scored) => {
    if ('problem' in scored) return [];
    const heartRate = scored.markers['heart_rate']?.truth ?? null;
    if (heartRate === null) return [];
    const bloodAt = bloodFrom(traceOf(scored.recording), scored.startSeconds);
    return [{ source: 'finger-oximetry' as const, bloodAt, truth: { heartRate, sdnn: null } }];
  });
};

/** The recordings of the formats finger-rr and finger-oximetry below a folder, in stretches of 30 s. */
export const recordedWaves = (root: string): Waves => {
  const folders = [...walk(root)];
  const byRecording = folders.map(fingerRr).filter((waves) => waves.length > 0);
  const training = Math.ceil(TRAINING_SHARE * byRecording.length);
  return {
    training: byRecording.slice(0, training).flat(),
    heldOut: [...byRecording.slice(training).flat(), ...folders.flatMap((folder) => fingerOximetry(folder, root))],
  };
};
