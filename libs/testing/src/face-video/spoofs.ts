import type { FaceVideoOptions } from './face-video.ts';

/** No blood, and a camera's noise: what is left of a face in a picture of one. */
const PICTURE = { amplitude: 0, noise: 1.5 } as const satisfies FaceVideoOptions;

const inHand = (handHertz: number): FaceVideoOptions => ({ ...PICTURE, hand: 4, handHertz });
const underLamp = (flicker: number, more: FaceVideoOptions = {}): FaceVideoOptions => ({
  ...PICTURE,
  motion: 0.3,
  flicker,
  flickerHertz: 1.2,
  ...more,
});
const looped = (loopSeconds: number, loopFadeSeconds = 0): FaceVideoOptions => ({ loopSeconds, loopFadeSeconds });

/** Videos that no number may come out of: nothing in them lives, or not the one who is asked for. */
export const SPOOFS = {
  'a photo on a stand': PICTURE,
  'a photo in a hand at 0.3 Hz': inHand(0.3),
  'a photo in a hand at 0.8 Hz': inHand(0.8),
  'a photo in a hand at 1.2 Hz': inHand(1.2),
  'a photo in a hand at 2 Hz': inHand(2),
  'a photo in a hand at 3 Hz': inHand(3),
  'a photo under a lamp that flickers by 2 %': underLamp(0.02),
  'a photo under a lamp that flickers by 10 %': underLamp(0.1),
  'a photo under light that flickers in the colours of blood': underLamp(0.006, { flickerColour: 'blood' }),
  'a photo under strong light in the colours of blood': underLamp(0.03, { flickerColour: 'blood' }),
  'a screen of constant colour, with bands': { ...PICTURE, bands: 0.02 },
  'a screen of constant colour that flickers': { ...PICTURE, bands: 0.01, flicker: 0.02, flickerHertz: 2.5 },
  'a loop of 3 s': looped(3),
  'a loop of 5 s with a fade': looped(5, 0.5),
  'a loop of 10 s with a fade': looped(10, 0.5),
  'two faces': { scene: 'two_faces' },
  'a face that leaves': { leavesAfterSeconds: 7 },
} as const satisfies Record<string, FaceVideoOptions>;
export type Spoof = keyof typeof SPOOFS;
