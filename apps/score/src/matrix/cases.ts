import { mulberry32, type Chance } from '@smartscan/signal';
import type { FaceVideoOptions } from '@smartscan/testing/face-video';
import { CENTRE, COVERED, FACTORS, NOT_ALIVE, type Levels } from './factors.ts';

/** One video of the suite. */
export interface Case {
  /** The same for the same video, whenever it is made. */
  readonly id: string;
  readonly factor: string;
  readonly level: string;
  readonly options: FaceVideoOptions;
  /** False where any number is false. */
  readonly alive: boolean;
}

/** Factor under which videos stand that change in all factors at once. */
export const MIXED = 'all at once';

/** Factor under which the videos stand that no number may come out of. */
const NOT_ALIVE_FACTOR = 'not alive';

const SETTINGS: Readonly<Record<string, Levels>> = FACTORS;

/** A person by chance: 50-110 beats a minute, 20-60 ms, 10-20 breaths. */
const personOf = (chance: Chance): FaceVideoOptions => ({
  heartRate: Math.round(50 + 60 * chance()),
  sdnn: Math.round(20 + 40 * chance()),
  respiratoryRate: Math.round(10 + 10 * chance()),
});

/** A number out of a text (FNV-1a), so that each case has chance of its own. */
const seedOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

const caseOf = (factor: string, level: string, repeat: number, change: FaceVideoOptions): Case => {
  const id = `${factor} / ${level} / ${repeat}`;
  const seed = seedOf(id);
  return {
    id,
    factor,
    level,
    alive: factor !== NOT_ALIVE_FACTOR,
    options: { ...CENTRE, ...personOf(mulberry32(seed)), seed, ...change },
  };
};

const mixed = (repeat: number): Case => {
  const chance = mulberry32(seedOf(`${MIXED} / ${repeat}`));
  const drawn = Object.values(SETTINGS).map((levels) => {
    const changes = Object.values(levels);
    return changes[Math.floor(chance() * changes.length)]!;
  });
  return caseOf(MIXED, 'drawn by chance', repeat, Object.assign({}, ...drawn) as FaceVideoOptions);
};

/** Videos with everything changed in each round. */
const MIXED_A_ROUND = 20;

/** One video of every level, and some with all factors changed. */
const roundOf = (repeat: number): readonly Case[] => [
  ...Object.entries(NOT_ALIVE).map(([level, change]) => caseOf(NOT_ALIVE_FACTOR, level, repeat, change)),
  ...Object.entries(SETTINGS).flatMap(([factor, levels]) =>
    Object.entries(levels).map(([level, change]) => caseOf(factor, level, repeat, change)),
  ),
  ...Object.entries(COVERED).map(([level, change]) => caseOf('covered', level, repeat, change)),
  ...Array.from({ length: MIXED_A_ROUND }, (_, i) => mixed(repeat * MIXED_A_ROUND + i)),
];

/** The whole suite round by round, so that a part of it covers every level too. */
export const casesOf = (rounds: number): readonly Case[] =>
  Array.from({ length: rounds }, (_, repeat) => roundOf(repeat)).flat();
