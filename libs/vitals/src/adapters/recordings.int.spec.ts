import { Registry } from 'prom-client';
import { Fault } from '@smartscan/kernel';
import { analyseFace, type FaceTraces } from '@smartscan/signal';
import { eventually } from '@smartscan/testing';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { chunksOf, cropsOf, makeRecording } from '@smartscan/testing/recording';
import { ActiveJobs } from '@smartscan/platform/ports';
import { LiveRecording, RECORDING_LIMITS, type RecordingLimits } from '../app/live-recording.ts';
import type { AdmittedRecording, Measured } from '../app/measure.ts';
import { problem } from '../domain/scan-problems.ts';
import { GATHERINGS } from './gathered.ts';
import { vitalsSettings } from './settings.ts';
import { WorkerMeasure } from './worker-measure.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const watch = () => {
  const abort = new AbortController();
  return { abort, signal: abort.signal, onProgress: () => undefined };
};

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Fault ? error.code : String(error)),
  );

/** Chunks as they go over the wire. */
const wired = (traces: FaceTraces, frames: number): Uint8Array[] =>
  chunksOf(traces, frames).map((chunk) => new TextEncoder().encode(JSON.stringify(chunk)));

describe('a recording that comes in chunks, with real workers', () => {
  let measure: WorkerMeasure;
  const admitted: AdmittedRecording[] = [];
  beforeAll(async () => {
    const settings = vitalsSettings.parse({ workers: 1, maxScans: 5 });
    measure = await WorkerMeasure.start({ settings, log: quiet, metrics: new Registry(), active: new ActiveJobs() });
  });
  afterEach(() => admitted.splice(0).forEach((one) => one.leave()));
  afterAll(() => measure.onApplicationShutdown());

  const admit = (tenant = 'a', content: 'traces' | 'frames' = 'traces'): AdmittedRecording => {
    const one = measure.admitRecording({ tenant, content, deadlineSeconds: undefined });
    admitted.push(one);
    return one;
  };
  const open = (limits: RecordingLimits = RECORDING_LIMITS): LiveRecording => new LiveRecording(admit(), limits);

  /** Of a whole recording. */
  const gathered = (traces: FaceTraces): AdmittedRecording => {
    const one = admit();
    for (const bytes of wired(traces, 60)) one.add(bytes);
    return one;
  };

  const send = async (live: LiveRecording, traces: FaceTraces, frames: number): Promise<void> => {
    const chunks = wired(traces, frames);
    for (const [sequence, bytes] of chunks.entries()) {
      live.take({ sequence, isLast: sequence === chunks.length - 1 }, bytes);
      await live.glimpse();
    }
  };

  it('gives to the bit what its traces in one piece give, previews or not', async () => {
    const { traces, truth } = makeRecording({ seconds: 30 });
    const results: Measured[] = [];
    for (const frames of [90, 30, 7]) {
      const live = open();
      const measured = live.measure(watch());
      await send(live, traces, frames);
      results.push(await measured);
    }
    const whole = analyseFace(traces);
    expect(Math.abs(whole.heartRate.value! - truth.heartRate)).toBeLessThan(1);
    for (const { analysis, doubts, secrets } of results) {
      expect(analysis).toEqual(whole);
      expect(doubts).toEqual([]);
      expect(secrets.quality).toEqual(results[0]!.secrets.quality);
    }
  });

  it('shows the heart rate while it comes, from eight seconds on, and asks to go on', async () => {
    const { traces, truth } = makeRecording({ seconds: 20 });
    const live = open();
    const { abort, ...watching } = watch();
    const measured = codeOf(live.measure(watching));
    const previews: (number | null)[] = [];
    for (const [sequence, bytes] of wired(traces, 30).entries()) {
      live.take({ sequence, isLast: false }, bytes);
      await live.glimpse();
      const { preview, guidance, next_sequence: next } = live.answer('scn');
      expect([next, guidance]).toEqual([sequence + 1, expect.arrayContaining(['keep_recording'])]);
      expect(preview.heart_rate === null).toBe(preview.reasons.length > 0);
      previews.push(preview.heart_rate);
    }
    expect(previews.slice(0, 7)).toEqual(Array(7).fill(null));
    expect(Math.abs(previews.at(-1)! - truth.heartRate)).toBeLessThan(2);
    abort.abort();
    expect(await measured).toBe('vitals.cancelled');
    expect(live.answer('scn').preview.heart_rate).toBeNull();
  });

  it('holds up no scan: where every worker has something to do, there is no glimpse', async () => {
    const { traces } = makeRecording();
    const one = gathered(traces);
    const running = one.run(watch());
    expect(await one.glimpse()).toBeUndefined();
    expect((await running).analysis.heartRate.value).not.toBeNull();
    expect((await one.glimpse())?.heartRate.value).not.toBeNull();
  });

  it.each<readonly [string, FaceTraces, string]>([
    ['too short', makeRecording({ seconds: 9 }).traces, 'vitals.too_short'],
    ['without a living picture', stillOf(makeRecording().traces), 'vitals.frozen_picture'],
  ])('is refused when it is %s, as a video is', async (_, traces, code) => {
    const live = open();
    const measured = codeOf(live.measure(watch()));
    await send(live, traces, 60);
    expect(await measured).toBe(code);
  });

  it('gives no heart rate of a face without a pulse', async () => {
    const { analysis } = await gathered(makeRecording({ seconds: 20, pulse: 0 }).traces).run(watch());
    expect(analysis.heartRate.value).toBeNull();
    expect(analysis.heartRate.reasons.length).toBeGreaterThan(0);
  });

  it('says what nobody watched', async () => {
    const { doubts } = await gathered(makeRecording({ witnessed: false }).traces).run(watch());
    expect(doubts).toEqual(['movement_not_witnessed', 'light_not_witnessed']);
  });

  it('of crops is what a video of them would be: the pulse, the checks of the face, and the same however it is cut', async () => {
    const video = await makeFaceVideo({ seconds: 14, width: 320, height: 240, bitrate: 3_000_000, amplitude: 0.01 });
    const results: Measured[] = [];
    for (const frames of [30, 50]) {
      const live = new LiveRecording(admit('a', 'frames'), RECORDING_LIMITS);
      const measured = live.measure(watch());
      const chunks = await cropsOf(video, frames);
      for (const [sequence, bytes] of chunks.entries()) {
        live.take({ sequence, isLast: sequence === chunks.length - 1 }, bytes);
        await live.glimpse();
        if (sequence === chunks.length - 2) {
          const { preview, guidance } = live.answer('scn');
          expect(Math.abs(preview.heart_rate! - video.truth.heartRate)).toBeLessThan(3);
          expect(guidance.at(-1)).toBe('keep_recording');
        }
      }
      results.push(await measured);
    }
    const [first, second] = results;
    expect(Math.abs(first!.analysis.heartRate.value! - video.truth.heartRate)).toBeLessThan(2);
    expect(first!.secrets.quality).toMatchObject({ codec: 'frames', width: 128, height: 128, frames: 420 });
    expect(second!.analysis).toEqual(first!.analysis);
  });

  it('of crops that stand still, or show no face, is refused as a video is', async () => {
    const frozen = await makeFaceVideo({ seconds: 12, width: 320, height: 240, frozenAfterSeconds: 4 });
    const gone = await makeFaceVideo({ seconds: 12, width: 320, height: 240, leavesAfterSeconds: 3 });
    for (const [video, code] of [
      [frozen, 'vitals.frozen_picture'],
      [gone, 'vitals.no_face'],
    ] as const) {
      const one = admit('a', 'frames');
      for (const bytes of await cropsOf(video, 60)) one.add(bytes);
      expect(await codeOf(one.run(watch()))).toBe(code);
      one.leave();
    }
  });

  it('of crops that change their size is refused where they do', async () => {
    const [crops] = await cropsOf(await makeFaceVideo({ seconds: 2, width: 320, height: 240 }), 30);
    const one = admit('a', 'frames');
    one.add(crops!);
    const small = Buffer.concat([Buffer.from('YUV4MPEG2 W4 H2 C420\nFRAME XTIME=9\n'), Buffer.alloc(12)]);
    expect(() => one.add(small)).toThrow(expect.objectContaining({ code: 'vitals.bad_chunk' }) as Error);
    expect(() => one.add(crops!)).toThrow(expect.objectContaining({ code: 'vitals.bad_chunk' }) as Error);
    expect(one.seconds).toBeCloseTo(29 / 30, 3);
  });

  it('P11: of crops is wiped when it is over, whether or not anything was made of it', async () => {
    const shared: Uint8Array[] = [];
    const crops = new GATHERINGS.frames.Gathered({
      run: (recorded) => {
        if (recorded.kind === 'frames') shared.push(...recorded.parts);
        return Promise.reject(problem('cancelled'));
      },
      glimpse: () => Promise.resolve(undefined),
      leave: () => undefined,
    });
    for (const bytes of await cropsOf(await makeFaceVideo({ seconds: 2, width: 320, height: 240 }), 30))
      crops.add(bytes);
    expect(await codeOf(crops.run(watch()))).toBe('vitals.cancelled');
    expect(shared.map((part) => part.some((byte) => byte !== 0))).toEqual([true, true]);
    crops.leave();
    await eventually(() => shared.every((part) => part.every((byte) => byte === 0)));
  });

  it('is given up when nothing more of it comes, and when it takes too long', async () => {
    const { traces } = makeRecording();
    const idle = open({ ...RECORDING_LIMITS, idleMs: 50 });
    const over = codeOf(idle.measure(watch()));
    idle.take({ sequence: 0, isLast: false }, wired(traces, 30)[0]!);
    expect(await over).toBe('vitals.recording_abandoned');
    expect(idle.over).toBe(true);
    const slow = open({ ...RECORDING_LIMITS, wholeMs: 50 });
    expect(await codeOf(slow.measure(watch()))).toBe('vitals.recording_abandoned');
  });

  it('finds no room where its tenant has its share of what is open, and another tenant finds some', async () => {
    const places = [admit(), admit(), admit(), admit()];
    expect(() => admit()).toThrow(expect.objectContaining({ code: 'vitals.tenant_share' }) as Error);
    admit('b');
    places[0]!.leave();
    admit();
  });
});

/** Every frame as the first. */
function stillOf(traces: FaceTraces): FaceTraces {
  const still = (values: Float64Array): Float64Array => values.map(() => values[0]!);
  const patches = traces.patches.map(({ name, red, green, blue }) => ({
    name,
    red: still(red),
    green: still(green),
    blue: still(blue),
  }));
  return { ...traces, patches };
}
