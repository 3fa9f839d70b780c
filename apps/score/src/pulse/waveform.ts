/**
 * waveform: a CSV with the header `t,pulse,reference`
 *   t          seconds, ascending; steps may vary, rows may be missing
 *   pulse      a camera's pulse waveform in any unit, up or down; empty where there is none
 *   reference  the truth, empty where there is none. What it is shows in its values:
 *                heart rate   25-250 per minute, slowly varying, a value on any or every row
 *                contact PPG  a pulse waveform in any unit, up or down: the truth are its beats, found as on a fingertip
 *                beats        1 on the row of each heart beat (an R wave), 0 or empty elsewhere
 * Scored under the gates of a face as far as a single trace allows: signal-to-noise ratio and half rate.
 * A recording of more than one and a half windows is cut into windows, side by side.
 */
import { join } from 'node:path';
import {
  analyseContact,
  analyseWaveform,
  rootMeanSquare,
  shareBeyond50,
  standardDeviation,
  successiveDifferences,
  type PulseAnalysis,
} from '@smartscan/signal';
import { column, meanOf, readCsv, type Csv, type Folder } from './folders.ts';
import { problemOf, type Scored } from './summary.ts';

type ReferenceKind = 'heart-rate' | 'contact' | 'beats';

interface Truth {
  readonly heart_rate: number | null;
  readonly hrv_sdnn: number | null;
  readonly hrv_rmssd: number | null;
  readonly hrv_pnn50: number | null;
  readonly respiratory_rate: number | null;
}

const UNKNOWN: Truth = {
  heart_rate: null,
  hrv_sdnn: null,
  hrv_rmssd: null,
  hrv_pnn50: null,
  respiratory_rate: null,
};

const finite = (values: Float64Array): Float64Array => values.filter((value) => Number.isFinite(value));

/** The first minute shows what the reference is; the recording may be hours. */
const GLANCE_SECONDS = 60;

/** Tells what the reference column holds; a waveform is what has a pulse in it, whatever its unit. */
const kindOf = (allTimes: Float64Array, all: Float64Array): ReferenceKind => {
  const past = allTimes.findIndex((time) => time > allTimes[0]! + GLANCE_SECONDS);
  const times = allTimes.slice(0, past < 0 ? undefined : past);
  const reference = all.slice(0, times.length);
  const known = finite(reference);
  if (known.every((value) => value === 0 || value === 1)) return 'beats';
  const couldBeRate = known.every((value) => value >= 25 && value <= 250);
  const pulsates = known.length > reference.length / 2 && analyseContact(times, reference).snrDecibels >= 0;
  return couldBeRate && !pulsates ? 'heart-rate' : 'contact';
};

const truthOfBeats = (times: Float64Array, marks: Float64Array): Truth => {
  const beats = times.filter((_, i) => marks[i] === 1);
  if (beats.length < 4) return UNKNOWN;
  const intervalsMs = successiveDifferences(beats).map((seconds) => 1000 * seconds);
  const differences = successiveDifferences(intervalsMs);
  return {
    ...UNKNOWN,
    heart_rate: 60_000 / meanOf(intervalsMs),
    hrv_sdnn: standardDeviation(intervalsMs),
    hrv_rmssd: rootMeanSquare(differences),
    hrv_pnn50: shareBeyond50(differences),
  };
};

const truthOfContact = ({ heartRate, sdnn, rmssd, pnn50, respiratoryRate }: PulseAnalysis): Truth => ({
  heart_rate: heartRate.value,
  hrv_sdnn: sdnn.value,
  hrv_rmssd: rmssd.value,
  hrv_pnn50: pnn50.value,
  respiratory_rate: respiratoryRate.value,
});

const truthOf = (kind: ReferenceKind, times: Float64Array, reference: Float64Array): Truth => {
  const known = finite(reference);
  if (known.length === 0) return UNKNOWN;
  switch (kind) {
    case 'beats':
      return truthOfBeats(times, reference);
    case 'contact':
      return truthOfContact(analyseContact(times, reference));
    case 'heart-rate':
      return { ...UNKNOWN, heart_rate: meanOf(known) };
  }
};

const scoreWindow = (
  part: { readonly times: Float64Array; readonly pulse: Float64Array; readonly reference: Float64Array },
  kind: ReferenceKind,
): Pick<Extract<Scored, { analysis: PulseAnalysis }>, 'analysis' | 'markers'> => {
  const analysis = analyseWaveform(part.times, part.pulse);
  const truth = truthOf(kind, part.times, part.reference);
  return {
    analysis,
    markers: {
      heart_rate: { estimate: analysis.heartRate, truth: truth.heart_rate },
      hrv_sdnn: { estimate: analysis.sdnn, truth: truth.hrv_sdnn },
      hrv_rmssd: { estimate: analysis.rmssd, truth: truth.hrv_rmssd },
      hrv_pnn50: { estimate: analysis.pnn50, truth: truth.hrv_pnn50 },
      respiratory_rate: { estimate: analysis.respiratoryRate, truth: truth.respiratory_rate },
    },
  };
};

const isWaveform = ({ header }: Csv): boolean =>
  header.map((name) => name.toLowerCase()).join(',') === 't,pulse,reference';

function* scoreFile(recording: string, csv: Csv, windowSeconds: number): Iterable<Scored> {
  const times = column(csv, 0);
  const pulse = column(csv, 1);
  const reference = column(csv, 2);
  const start = times[0]!;
  const duration = times[times.length - 1]! - start;
  if (!(duration > 0)) throw new Error('t does not ascend');
  const count = duration > 1.5 * windowSeconds ? Math.floor(duration / windowSeconds) : 1;
  const seconds = count === 1 ? duration : windowSeconds;
  const kind = kindOf(times, reference);
  for (let k = 0; k < count; k++) {
    const from = times.findIndex((time) => time >= start + k * seconds);
    const past = times.findIndex((time) => time > start + (k + 1) * seconds);
    const end = past < 0 ? times.length : past;
    const part = {
      times: times.slice(from, end),
      pulse: pulse.slice(from, end),
      reference: reference.slice(from, end),
    };
    yield { recording, format: 'waveform', startSeconds: k * seconds, ...scoreWindow(part, kind) };
  }
}

export function* readWaveforms(folder: Folder, windowSeconds: number): Iterable<Scored> {
  for (const file of folder.files.filter((name) => name.endsWith('.csv'))) {
    const recording = join(folder.name, file);
    try {
      const csv = readCsv(join(folder.path, file));
      if (isWaveform(csv)) yield* scoreFile(recording, csv, windowSeconds);
    } catch (error) {
      yield problemOf(recording, 'waveform', error);
    }
  }
}
