import { asFault, Fault } from '@smartscan/kernel';
import { makeFaceVideo, SHORT, type FaceVideo, type FaceVideoOptions } from '@smartscan/testing/face-video';
import { SPOOFS, type Spoof } from '@smartscan/testing/spoofs';
import type { ScanOutcome } from './outcome.ts';
import { ScanWorkers } from './scan-workers.ts';

let workers: ScanWorkers;
beforeAll(async () => {
  workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 50_000_000 });
});
afterAll(() => workers.close());

const scan = ({ bytes }: FaceVideo): Promise<ScanOutcome> =>
  workers.run([bytes], { signal: new AbortController().signal });

/** Why there is no number: the problem's code, or the reasons of each marker that has none. */
const refusalOf = async (options: FaceVideoOptions): Promise<readonly string[]> => {
  const video = await makeFaceVideo({ ...SHORT, ...options });
  const end = await scan(video).catch((error: unknown) => asFault(error));
  if (end instanceof Fault) return [end.code];
  const { heartRate, sdnn, rmssd, pnn50, respiratoryRate } = end.analysis;
  for (const { value, reasons } of [heartRate, sdnn, rmssd, pnn50, respiratoryRate]) {
    expect(value).toBeNull();
    expect(reasons.length).toBeGreaterThan(0);
  }
  return heartRate.reasons;
};

/**
 * What must be among the reasons, whatever else speaks against a video; the rest of the list is in the matrix, and in
 * `problems`.
 */
const WANTED: Readonly<Partial<Record<Spoof, RegExp>>> = {
  'a photo on a stand': /low_snr|methods_disagree|regions_disagree/,
  'a photo in a hand at 0.8 Hz': /too_much_motion/,
  'a photo in a hand at 1.2 Hz': /too_much_motion/,
  'a photo in a hand at 2 Hz': /too_much_motion/,
  'a photo under a lamp that flickers by 10 %': /light_flickers/,
  'a photo under light that flickers in the colours of blood': /light_flickers/,
  'a photo under strong light in the colours of blood': /light_flickers/,
  'a screen of constant colour, with bands': /low_snr|methods_disagree|regions_disagree/,
  'a screen of constant colour that flickers': /light_flickers/,
  'a loop of 5 s with a fade': /^vitals\.frozen_picture$/,
  'a loop of 10 s with a fade': /^vitals\.frozen_picture$/,
  'a face that leaves': /^vitals\.no_face$/,
};

/** A loop must come round twice to be one. */
const LONGER: Readonly<Partial<Record<Spoof, number>>> = {
  'a loop of 10 s with a fade': 22,
};

describe('a video of no living face', () => {
  it.each(Object.entries(WANTED))('gives no number, and says why: %s', async (spoof, wanted) => {
    const seconds = LONGER[spoof as Spoof] ?? SHORT.seconds;
    expect((await refusalOf({ ...SPOOFS[spoof as Spoof], seconds })).join(' ')).toMatch(wanted);
  });

  it.each([14, 30].flatMap((seconds) => [0.004, 0.006].map((swing) => [100 * swing, seconds] as const)))(
    'is told from the pulse of a living face by the room: light of %f % in the colours of blood, %d s',
    async (percent, seconds) => {
      const swing = percent / 100;
      const lamp = { ...SPOOFS['a photo under light that flickers in the colours of blood'], flicker: swing };
      expect(await refusalOf({ ...lamp, seconds, seed: 3 })).toEqual(['light_flickers']);
      const living = await makeFaceVideo({ ...SHORT, seconds, seed: 4, amplitude: swing });
      const { heartRate } = (await scan(living)).analysis;
      expect(heartRate.reasons).not.toContain('light_flickers');
      expect(Math.abs(heartRate.value! - living.truth.heartRate)).toBeLessThan(3);
    },
  );

  it('is told by the room in a turned picture too, where it lies above and below', async () => {
    const lamp = SPOOFS['a photo under light that flickers in the colours of blood'];
    expect(await refusalOf({ ...lamp, rotation: 90, seed: 3 })).toEqual(['light_flickers']);
  });

  it('is told from a living face in a moving hand, and under a lamp that flickers', async () => {
    const living: readonly FaceVideoOptions[] = [
      { hand: 2, handHertz: 0.3 },
      { flicker: 0.01, flickerHertz: 2.5 },
      // Nearly at the rate of the pulse.
      { flicker: 0.01, flickerHertz: 79 / 60 },
    ];
    for (const options of living) {
      const video = await makeFaceVideo({ ...SHORT, seconds: 20, amplitude: 0.008, ...options });
      const { heartRate } = (await scan(video)).analysis;
      expect(Math.abs(heartRate.value! - video.truth.heartRate)).toBeLessThan(3);
    }
  });
});
