import fc from 'fast-check';
import { Fault } from '@smartscan/kernel';
import { mulberry32, synthesizeBeats, synthesizeFace, synthesizeFrameTimes, type FaceTraces } from '@smartscan/signal';
import { judgeRecording } from './recording-checks.ts';

fc.configureGlobal({ seed: 23, numRuns: 30 });

const faceOf = (seed: number, seconds = 14): FaceTraces => {
  const chance = mulberry32(seed);
  const train = synthesizeBeats({ heartRate: 70, sdnn: 30, respiratoryRate: 14, durationSeconds: seconds, chance });
  return synthesizeFace(train, { timesSeconds: synthesizeFrameTimes(seconds, 30, 0, chance), chance, patches: 8 });
};
const face = faceOf(1);

/** Each number by its frame. */
const mapped = (traces: FaceTraces, change: (values: Float64Array, frame: number) => number): FaceTraces => ({
  ...traces,
  patches: traces.patches.map(({ name, red, green, blue }) => {
    const each = (values: Float64Array): Float64Array => values.map((_, frame) => change(values, frame));
    return { name, red: each(red), green: each(green), blue: each(blue) };
  }),
});

const problemOf = (traces: FaceTraces): string => {
  try {
    judgeRecording(traces);
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return 'none';
};

describe('the judgement of a recording', () => {
  it('lets every living face pass', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 11, max: 30 }), (seed, seconds) => {
        expect(problemOf(faceOf(seed, seconds))).toBe('none');
      }),
    );
  });

  it('lets a camera stutter, whose pictures come twice at once', () => {
    expect(problemOf(mapped(face, (values, frame) => values[frame - (frame % 2)]!))).toBe('none');
  });

  it.each<readonly [string, FaceTraces, string]>([
    ['is short', faceOf(2, 9), 'vitals.too_short'],
    [
      'shows a face now and then',
      mapped(face, (values, frame) => (frame % 5 < 2 ? values[frame]! : NaN)),
      'vitals.no_face',
    ],
    ['shows no face at all', mapped(face, () => NaN), 'vitals.no_face'],
    ['is dark', mapped(face, (values, frame) => 0.2 * values[frame]!), 'vitals.too_dark'],
    ['stands still', mapped(face, (values) => values[0]!), 'vitals.frozen_picture'],
    [
      'stands still from its middle on',
      mapped(face, (values, frame) => values[Math.min(frame, 210)]!),
      'vitals.frozen_picture',
    ],
    ['is a loop of three seconds', mapped(face, (values, frame) => values[frame % 90]!), 'vitals.frozen_picture'],
    [
      'is played forth and back',
      mapped(face, (values, frame) => values[frame < 210 ? frame : 419 - frame]!),
      'vitals.frozen_picture',
    ],
  ])('refuses one that %s', (_, traces, code) => {
    expect(problemOf(traces)).toBe(code);
  });
});
