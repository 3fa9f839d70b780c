import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  gaussian,
  mulberry32,
  successiveDifferences,
  synthesizeBeats,
  synthesizeFrameTimes,
  synthesizePulse,
  type BeatTrain,
} from '@smartscan/signal';
import { readFingerOximetry } from './finger-oximetry.ts';
import { readFingerRr } from './finger-rr.ts';
import { walk, type Folder } from './folders.ts';
import { lineOf, summaryOf, type Scored } from './summary.ts';
import { readWaveforms } from './waveform.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'score-'))));
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, lines: readonly string[]): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), lines.join('\n'));
};

const heart = (seed: number, durationSeconds: number): BeatTrain =>
  synthesizeBeats({
    heartRate: 60 + seed,
    sdnn: 35,
    respiratoryRate: 14,
    durationSeconds,
    chance: mulberry32(seed),
  });

const scoredBy = (reader: (folder: Folder, windowSeconds: number) => Iterable<Scored>): Scored[] =>
  [...walk(root)].flatMap((folder) => [...reader(folder, 30)]);

const scores = (scored: readonly Scored[], format: string): Record<string, Record<string, number>> =>
  summaryOf(scored)[format] as Record<string, Record<string, number>>;

describe('the readers of recordings', () => {
  it('finger-rr: light against the intervals of a chest strap', () => {
    for (const seed of [1, 9]) {
      const train = heart(seed, 60);
      const chance = mulberry32(seed + 50);
      const times = synthesizeFrameTimes(60, 30, 0.4, chance);
      const wave = synthesizePulse(train, times);
      const rows = Array.from(times, (time, i) => `${Math.round(1000 * time)},${230 - wave[i]!},0.0,0.01`);
      write(`subject_0${seed}/PPG.csv`, ['time,R,G,B', ...rows]);
      const inside = train.beatTimesSeconds.filter((time) => time >= 0 && time <= 60);
      const intervals = Array.from(successiveDifferences(inside), (seconds) => Math.round(1000 * seconds));
      write(`subject_0${seed}/RR.txt`, [intervals.join(' ')]);
    }
    const { heart_rate: rate, hrv_sdnn: sdnn, ...others } = scores(scoredBy(readFingerRr), 'finger-rr');
    expect(rate).toMatchObject({ windows: 2, kept: 1 });
    expect(rate!['meanAbsoluteError']).toBeLessThan(0.5);
    expect(rate!['constantError']).toBeCloseTo(4, 0);
    expect(sdnn!['meanAbsoluteError']).toBeLessThan(5);
    expect(others['parasympathetic_index']!['meanAbsoluteError']).toBeLessThan(0.1);
    expect(others['sympathetic_index']!['meanAbsoluteError']).toBeLessThan(0.5);
    expect(others['stress_index']).toMatchObject({ windows: 2, kept: 1 });
    expect(others['pulse_regularity']).toMatchObject({ constant: 100, meanAbsoluteError: 0 });
    expect(others['hrv_lf_hf']).toMatchObject({ windows: 2 });
  });

  it('finger-oximetry: the shifted columns are found from the end, and the delay of the display is taken off', () => {
    const seconds = 240;
    const delay = 6;
    const rateAt = (time: number): number => 60 + 12 * Math.sin(time / 25);
    const beats: number[] = [];
    for (let time = -2; time < seconds + 2; time += 60 / rateAt(time)) beats.push(time);
    const train = { ...heart(1, seconds), beatTimesSeconds: Float64Array.from(beats) };
    const wave = synthesizePulse(train, synthesizeFrameTimes(seconds, 30, 0, mulberry32(1)));
    write('left/1.csv', ['R,G,B', ...Array.from(wave, (value) => `${60 - value},${50 - value},${40 - value}`)]);
    const shown = Array.from({ length: seconds + 30 }, (_, second) => {
      const rate = Math.round(rateAt(second - delay));
      const filler = Array<string>(20).fill('0').join(',');
      return ` 09:00:00,97,97,0,98,98,${rate},${rate},0,${rate},${rate},${filler},,,x,${rate},20.9,5.4,34,14,0,0,0,20.8,,`;
    });
    write('reference/1.csv', ['Time,SpO2 1', ...shown]);
    const scored = scoredBy(readFingerOximetry);
    const { heart_rate: rate, heart_rate_oximeter: oximeter } = scores(scored, 'finger-oximetry');
    expect(scored).toHaveLength(8);
    expect(rate!['kept']).toBe(1);
    expect(Math.abs(rate!['delaySeconds']! - delay)).toBeLessThanOrEqual(1);
    expect(rate!['meanAbsoluteError']).toBeLessThan(0.7);
    expect(rate!['undelayedError']).toBeGreaterThan(rate!['meanAbsoluteError']!);
    expect(oximeter!['meanAbsoluteError']).toBe(rate!['meanAbsoluteError']);
  });

  it.each(['heart rate', 'contact', 'beats'])('waveform: the reference column is known for what it is: %s', (kind) => {
    const train = heart(5, 60);
    const times = synthesizeFrameTimes(60, 30, 0, mulberry32(1));
    const chance = mulberry32(2);
    const wave = synthesizePulse(train, times);
    const marked = new Set(Array.from(train.beatTimesSeconds, (beat) => Math.round(beat * 30)));
    const reference = (i: number): string => {
      if (kind === 'contact') return (80 + 40 * wave[i]!).toFixed(3);
      if (kind === 'beats') return marked.has(i) ? '1' : '0';
      return i % 30 === 0 ? train.truth.heartRate.toFixed(2) : '';
    };
    const noisy = wave.map((value) => value + 0.05 * gaussian(chance));
    const rows = Array.from(times, (time, i) => `${time.toFixed(4)},${noisy[i]!.toFixed(5)},${reference(i)}`);
    write('one.csv', ['t,pulse,reference', ...rows]);
    const scored = scoredBy(readWaveforms);
    expect(scored).toHaveLength(2);
    const { heart_rate: rate, hrv_sdnn: sdnn } = scores(scored, 'waveform');
    expect(rate).toMatchObject({ windows: 2, kept: 1 });
    expect(rate!['meanAbsoluteError']).toBeLessThan(1.5);
    expect(sdnn!['windows']).toBe(kind === 'heart rate' ? 0 : 2);
  });

  it('a broken file is a line with its problem and stops nothing', () => {
    write('bad.csv', ['t,pulse,reference', 'x,y,z']);
    write('empty.csv', ['t,pulse,reference']);
    write('other.csv', ['a,b', '1,2']);
    write('subject_1/PPG.csv', ['time,R,G,B', '0,1,2,3']);
    write('subject_1/RR.txt', ['not numbers']);
    const lines = [...scoredBy(readFingerRr), ...scoredBy(readWaveforms)].map(lineOf);
    expect(lines.map(({ recording, problem }) => [recording, typeof problem])).toEqual([
      ['subject_1', 'string'],
      ['bad.csv', 'string'],
      ['empty.csv', 'string'],
    ]);
  });
});
