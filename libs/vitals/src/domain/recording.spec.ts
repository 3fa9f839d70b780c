import fc from 'fast-check';
import { Fault } from '@smartscan/kernel';
import {
  analyseFace,
  mulberry32,
  synthesizeBeats,
  synthesizeFace,
  synthesizeFrameTimes,
  type FaceTraces,
  type PatchTrace,
} from '@smartscan/signal';
import { afterChunk, judgeChunk, MAX_CHUNKS, NO_CHUNKS } from './chunk-sequence.ts';
import { lastSeconds, MAX_PATCHES, secondsOf, withMore } from './recording.ts';

fc.configureGlobal({ seed: 17, numRuns: 40 });

const chance = mulberry32(5);
const train = synthesizeBeats({ heartRate: 66, sdnn: 30, respiratoryRate: 14, durationSeconds: 12, chance });
const timesSeconds = synthesizeFrameTimes(12, 30, 0.2, chance);
const seen = synthesizeFace(train, { timesSeconds, chance, patches: 8 });
const path = (): Float64Array => timesSeconds.map(() => 0.001 * chance());
const face: FaceTraces = {
  ...seen,
  motion: path(),
  position: { x: path(), y: path() },
  backdrop: [{ ...seen.patches[0]!, name: 'beside' }],
};

const partOf = ({ name, red, green, blue }: PatchTrace, from: number, to: number): PatchTrace => ({
  name,
  red: red.slice(from, to),
  green: green.slice(from, to),
  blue: blue.slice(from, to),
});

const part = ({ timesSeconds: times, ...of }: FaceTraces, from: number, to: number): FaceTraces => ({
  timesSeconds: times.slice(from, to),
  patches: of.patches.map((patch) => partOf(patch, from, to)),
  ...(of.backdrop ? { backdrop: of.backdrop.map((patch) => partOf(patch, from, to)) } : {}),
  ...(of.motion ? { motion: of.motion.slice(from, to) } : {}),
  ...(of.position ? { position: { x: of.position.x.slice(from, to), y: of.position.y.slice(from, to) } } : {}),
});

const { backdrop: _backdrop, position: _position, ...unwitnessed } = face;

const partsOf = (cuts: readonly number[]): FaceTraces[] => {
  const edges = [0, ...[...new Set(cuts)].sort((a, b) => a - b), timesSeconds.length];
  return edges.slice(1).map((to, i) => part(face, edges[i]!, to));
};

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error.code;
  }
  return 'none';
};

/** Sends chunks in the order given, then in order whatever is still missing, as a client does that is told what is. */
const receive = (parts: readonly FaceTraces[], order: readonly number[]): FaceTraces | undefined => {
  let sequence = NO_CHUNKS;
  let recording: FaceTraces | undefined;
  for (const index of [...order.map((place) => place % parts.length), ...parts.keys()]) {
    const chunk = { sequence: index, isLast: index === parts.length - 1 };
    try {
      if (judgeChunk(sequence, chunk) === 'repeat') continue;
    } catch (error) {
      if (error instanceof Fault && ['vitals.chunk_gap', 'vitals.recording_complete'].includes(error.code)) continue;
      throw error;
    }
    recording = withMore(recording, parts[index]!);
    sequence = afterChunk(sequence, chunk);
  }
  expect(sequence).toEqual({ next: parts.length, complete: true });
  return recording;
};

const cuts = fc.array(fc.integer({ min: 1, max: timesSeconds.length - 1 }), { maxLength: 15 });

describe('a recording in chunks', () => {
  it('cut anywhere, sent in any order and as often as one likes, is the whole one to the bit', () => {
    fc.assert(
      fc.property(cuts, fc.array(fc.nat(30), { maxLength: 60 }), (at, order) => {
        expect(receive(partsOf(at), order)).toEqual(face);
      }),
    );
  });

  it('gives the analysis of the whole one to the bit', () => {
    expect(analyseFace(receive(partsOf([30, 31, 200]), [3, 0, 0, 2, 1])!)).toEqual(analyseFace(face));
  });

  it('tells which chunk is missing, and takes none after the last', () => {
    expect(codeOf(() => judgeChunk({ next: 2, complete: false }, { sequence: 3, isLast: false }))).toBe(
      'vitals.chunk_gap',
    );
    expect(codeOf(() => judgeChunk({ next: 2, complete: true }, { sequence: 2, isLast: true }))).toBe(
      'vitals.recording_complete',
    );
    expect(judgeChunk({ next: 2, complete: true }, { sequence: 1, isLast: true })).toBe('repeat');
    const full = { sequence: MAX_CHUNKS, isLast: false };
    expect(codeOf(() => judgeChunk({ next: MAX_CHUNKS, complete: false }, full))).toBe('vitals.too_many_chunks');
  });

  const red = (value: number): FaceTraces => ({
    ...face,
    patches: face.patches.map((patch) => ({ ...patch, red: patch.red.map(() => value) })),
  });
  const late = { ...face, timesSeconds: face.timesSeconds.map((time) => time * 6) };
  it.each<readonly [string, FaceTraces | undefined, FaceTraces, string]>([
    ['times that come again', part(face, 0, 60), part(face, 59, 90), 'vitals.bad_chunk'],
    ['fewer patches than before', part(face, 0, 60), { ...part(face, 60, 90), patches: [] }, 'vitals.bad_chunk'],
    ['a colour beyond 255', undefined, red(256), 'vitals.bad_chunk'],
    ['an endless colour', undefined, red(Infinity), 'vitals.bad_chunk'],
    ['values without times', undefined, { ...face, timesSeconds: timesSeconds.slice(1) }, 'vitals.bad_chunk'],
    ['a patch named twice', undefined, { ...face, patches: [face.patches[0]!, face.patches[0]!] }, 'vitals.bad_chunk'],
    [
      'a place beside the face named twice',
      undefined,
      { ...face, backdrop: [seen.patches[0]!, seen.patches[0]!] },
      'vitals.bad_chunk',
    ],
    ['a place without a time', undefined, { ...face, position: { x: path(), y: path().slice(1) } }, 'vitals.bad_chunk'],
    ['an endless place', undefined, { ...face, position: { x: path().fill(Infinity), y: path() } }, 'vitals.bad_chunk'],
    ['witnesses that come late', part(unwitnessed, 0, 60), part(face, 60, 90), 'vitals.bad_chunk'],
    ['witnesses that leave', part(face, 0, 60), part(unwitnessed, 60, 90), 'vitals.bad_chunk'],
    ['backward motion', undefined, { ...face, motion: timesSeconds.map(() => -1) }, 'vitals.bad_chunk'],
    ['more than a minute', undefined, late, 'vitals.too_long'],
  ])('refuses %s', (_, before, more, code) => {
    expect(codeOf(() => withMore(before, more))).toBe(code);
  });

  it('refuses more patches than it has room for', () => {
    const patches = Array.from({ length: MAX_PATCHES + 1 }, (_, i) => ({ ...face.patches[0]!, name: `patch_${i}` }));
    expect(codeOf(() => withMore(undefined, { ...face, patches }))).toBe('vitals.bad_chunk');
  });

  it('shows its last seconds in memory of their own, and its length', () => {
    const last = lastSeconds(face, 5);
    expect(secondsOf(last)).toBeGreaterThan(4.9);
    expect(last).toEqual(part(face, timesSeconds.length - last.timesSeconds.length, timesSeconds.length));
    expect(last.patches[0]!.green.buffer.byteLength).toBe(last.timesSeconds.byteLength);
    expect(lastSeconds(face, 60)).toEqual(face);
  });

  it('knows a patch that is not seen for a while', () => {
    expect(withMore(undefined, red(NaN)).patches).toHaveLength(8);
  });
});
