/**
 * Faces as a camera sees them, made up patch by patch: skin of any tone, blood under it, light that drifts, sways, flickers
 * and glances off, noise of the sensor and of the coder. Harder than `synthesizeFace`, whose light has one colour and whose
 * noise knows no other patch.
 */
import { BLOOD, gaussian, type Chance, type FaceTraces, type PatchTrace } from '@smartscan/signal';

/** Blood volume at given times, in seconds, systolic waves about one high. */
export type BloodAt = (timesSeconds: Float64Array) => Float64Array;

/** What the light does over a scan. Amplitudes are shares of the light, standard deviations where they are of noise. */
export interface LightPlan {
  readonly timesSeconds: Float64Array;
  readonly chance: Chance;
  /** 0 the lightest skin, 1 the darkest. */
  readonly melanin: number;
  /** Height of the pulse in light skin; 0 without one. */
  readonly pulse: number;
  /** Of each patch and colour by itself, in light skin. */
  readonly noise: number;
  /** Of each colour, the same in all patches: coder and exposure. */
  readonly commonNoise: number;
  readonly sway: number;
  readonly swayPerMinute: number;
  /** Irregular movement in the band of the pulse. */
  readonly restless: number;
  /** Light that glances off the skin without having been in it, as the head moves. */
  readonly gloss: number;
  /** A lamp's or a screen's swing, in a colour of its own. */
  readonly flicker: number;
  readonly flickerPerMinute: number;
  readonly patches: number;
}

/** R'G'B' of the lightest and the darkest skin under white light (ours: cheeks of photos, before and after). */
const LIGHT_SKIN = { red: 190, green: 140, blue: 115 } as const;
const DARK_SKIN = { red: 80, green: 55, blue: 42 } as const;

/** What melanin leaves of the pulse in the darkest skin: it takes light on the way in and out (ours, from 0.1-1 % of faces). */
const DARK_PULSE = 0.4;

/** Band-passed noise with its peak near a hertz: an oscillator of second order that is kicked at random. */
const restlessness = (timesSeconds: Float64Array, chance: Chance): Float64Array => {
  const turn = 2 * Math.PI * (0.4 + 1.6 * chance());
  const out = new Float64Array(timesSeconds.length);
  let [place, speed, before, squares] = [0, 0, timesSeconds[0]!, 0];
  for (let i = 0; i < out.length; i++) {
    const step = timesSeconds[i]! - before;
    before = timesSeconds[i]!;
    speed += -turn * turn * place * step - 0.7 * turn * speed * step + Math.sqrt(Math.max(0, step)) * gaussian(chance);
    place += speed * step;
    out[i] = place;
    squares += place * place;
  }
  const scale = Math.sqrt(out.length / (squares || 1));
  return out.map((value) => value * scale);
};

const swing = (timesSeconds: Float64Array, perMinute: number, phase: number): Float64Array =>
  timesSeconds.map((time) => Math.sin((2 * Math.PI * perMinute * time) / 60 + phase));

const COLOURS = ['red', 'green', 'blue'] as const;
type Colour = (typeof COLOURS)[number];

const perColour = <T>(make: (colour: Colour) => T): Readonly<Record<Colour, T>> => ({
  red: make('red'),
  green: make('green'),
  blue: make('blue'),
});

type Scene = ReturnType<typeof sceneOf>;

/** What all patches share. */
const sceneOf = (plan: LightPlan) => {
  const { timesSeconds, chance, melanin } = plan;
  return {
    skin: perColour((colour) => LIGHT_SKIN[colour] + melanin * (DARK_SKIN[colour] - LIGHT_SKIN[colour])),
    drift: swing(timesSeconds, 3 + 6 * chance(), 6 * chance()),
    sway: swing(timesSeconds, plan.swayPerMinute, 6 * chance()),
    restless: restlessness(timesSeconds, chance),
    flicker: swing(timesSeconds, plan.flickerPerMinute, 6 * chance()),
    lamp: perColour(() => 0.4 + 0.6 * chance()),
    common: perColour(() => timesSeconds.map(() => gaussian(chance))),
  };
};

/** Face widths by which a head moves that sways or glosses by all of its light, and how well its place is known (ours). */
const WIDTHS_BY_LIGHT = 2;
const PLACE_JITTER = 0.0003;

/** How the face moves, as landmarks tell it. */
const movementOf = (plan: LightPlan, { sway, restless }: Pick<Scene, 'sway' | 'restless'>) => {
  const moving = Math.hypot(plan.restless, plan.gloss);
  const place = (share: number): Float64Array =>
    sway.map(
      (swayed, i) =>
        WIDTHS_BY_LIGHT * share * (plan.sway * swayed + moving * restless[i]!) + PLACE_JITTER * gaussian(plan.chance),
    );
  const [x, y] = [place(1), place(0.3)];
  const motion = x.map((_, i) => (i === 0 ? NaN : Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!)));
  return { position: { x, y }, motion };
};

/** A wall that the same lamps light, and that no blood reaches. */
const wallOf = (plan: LightPlan, { drift, flicker, lamp, common }: Scene): PatchTrace => {
  const paint = perColour(() => 60 + 160 * plan.chance());
  const traceOf = (colour: Colour): Float64Array =>
    drift.map((drifted, i) => {
      const added = plan.flicker * lamp[colour] * flicker[i]! + plan.commonNoise * common[colour][i]!;
      return paint[colour] * (1 + 0.01 * drifted + added + plan.noise * gaussian(plan.chance));
    });
  return { name: 'wall', ...perColour(traceOf) };
};

/**
 * Traces of a face under a light. The pulse reaches patches within some 10 ms of each other and differs in depth by a factor
 * of three; noise is a sensor's, so that darker skin has more of it.
 */
export const faceUnder = (plan: LightPlan, bloodAt: BloodAt | null): FaceTraces => {
  const { timesSeconds, chance, melanin } = plan;
  const scene = sceneOf(plan);
  const { skin, drift, sway, restless, flicker, lamp, common } = scene;
  const depth = plan.pulse * (1 + melanin * (DARK_PULSE - 1));
  const patchOf = (p: number): PatchTrace => {
    const delay = 0.01 * gaussian(chance);
    const blood = bloodAt?.(timesSeconds.map((time) => time - delay)) ?? new Float64Array(timesSeconds.length);
    const [amplitude, closeness, shine] = [depth * (0.5 + chance()), 0.5 + chance(), gaussian(chance)];
    const [shade, grain] = [0.7 + 0.5 * chance(), plan.noise * (0.5 + chance())];
    const traceOf = (colour: Colour): Float64Array => {
      const level = skin[colour] * shade;
      const noise = grain * Math.sqrt(LIGHT_SKIN[colour] / level);
      return blood.map((volume, i) => {
        const light = 0.01 * drift[i]! + closeness * (plan.sway * sway[i]! + plan.restless * restless[i]!);
        const added = plan.flicker * lamp[colour] * flicker[i]! + plan.commonNoise * common[colour][i]!;
        const own = noise * gaussian(chance) - BLOOD[colour] * amplitude * volume;
        // Gloss has the light's colour, not the skin's: the same in all three, whatever the skin gives back.
        return level * (1 + light + added + own) + skin.green * plan.gloss * shine * restless[i]!;
      });
    };
    return { name: `region_${Math.floor(p / 4)}.part_${p}`, ...perColour(traceOf) };
  };
  return {
    timesSeconds,
    patches: Array.from({ length: plan.patches }, (_, p) => patchOf(p)),
    ...movementOf(plan, scene),
    backdrop: [wallOf(plan, scene), wallOf(plan, scene)],
  };
};
