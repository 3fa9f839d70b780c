import fc from 'fast-check';
import type { FaceTraces } from '@smartscan/signal';
import { GUIDANCE, guide, type Going } from './guidance.ts';

fc.configureGlobal({ seed: 29, numRuns: 100 });

interface Scene {
  readonly seconds?: number;
  readonly light?: number;
  /** Face widths a second. */
  readonly speed?: number;
  readonly seen?: boolean;
}

const FRAMES_PER_SECOND = 30;
const sceneOf = ({ seconds = 10, light = 120, speed = 0.02, seen = true }: Scene): FaceTraces => {
  const timesSeconds = Float64Array.from({ length: seconds * FRAMES_PER_SECOND + 1 }, (_, i) => i / FRAMES_PER_SECOND);
  const shade = timesSeconds.map(() => (seen ? light : NaN));
  return {
    timesSeconds,
    patches: [{ name: 'forehead', red: shade, green: shade, blue: shade }],
    motion: timesSeconds.map(() => speed / FRAMES_PER_SECOND),
  };
};

const guided = (scene: Scene, going: Partial<Going> = {}): readonly string[] =>
  guide({ seconds: scene.seconds ?? 10, traces: sceneOf(scene), faceWidth: undefined, snrDecibels: 8, ...going });

describe('the guidance', () => {
  it('is to keep recording before anything came, and to finish when there are thirty seconds', () => {
    expect(guide({ seconds: 0, traces: undefined, faceWidth: undefined, snrDecibels: null })).toEqual([
      'keep_recording',
    ]);
    expect(guided({ seconds: 29 })).toEqual(['keep_recording']);
    expect(guided({ seconds: 30 })).toEqual(['finish']);
  });

  it.each<readonly [string, Scene, Partial<Going>, string]>([
    ['hold still while the head turns', { speed: 0.2 }, {}, 'hold_still'],
    ['find light in the dark', { light: 40 }, {}, 'more_light'],
    ['leave glaring light', { light: 245 }, {}, 'less_light'],
    ['come closer when small', {}, { faceWidth: 80 }, 'come_closer'],
    ['show the face when it is gone', { seen: false }, {}, 'show_face'],
    ['find light where the pulse is weak and nothing else is wrong', {}, { snrDecibels: -3 }, 'more_light'],
    ['find light where there is no pulse at all', {}, { snrDecibels: null }, 'more_light'],
  ])('is to %s', (_, scene, going, hint) => {
    expect(guided(scene, going)).toEqual([hint, 'keep_recording']);
  });

  it('is of the latest seconds: what was wrong before is forgotten', () => {
    const scene = sceneOf({ speed: 0.2 });
    const motion = scene.motion!.map((moved, i) => (i < 200 ? moved : 0));
    expect(guide({ seconds: 10, traces: { ...scene, motion }, faceWidth: 300, snrDecibels: 8 })).toEqual([
      'keep_recording',
    ]);
  });

  it('does not ask for a pulse before there can be one', () => {
    expect(guided({ seconds: 4 }, { snrDecibels: null })).toEqual(['keep_recording']);
  });

  it('names each hint once, the most urgent first, and ends with what to do with the recording', () => {
    const scene = fc.record({
      seconds: fc.integer({ min: 1, max: 40 }),
      light: fc.integer({ min: 0, max: 255 }),
      speed: fc.double({ min: 0, max: 1, noNaN: true }),
      seen: fc.boolean(),
    });
    const snr = fc.option(fc.double({ min: -20, max: 20, noNaN: true }));
    fc.assert(
      fc.property(scene, snr, fc.option(fc.integer({ min: 0, max: 600 })), (one, snrDecibels, width) => {
        const hints = guided(one, { snrDecibels, faceWidth: width ?? undefined });
        const places = hints.map((hint) => GUIDANCE.indexOf(hint as (typeof GUIDANCE)[number]));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(hints.at(-1)).toBe(one.seconds < 30 ? 'keep_recording' : 'finish');
      }),
    );
  });
});
