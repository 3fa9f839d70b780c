import { randomFillSync } from 'node:crypto';
import { ID_CHANCE_BYTES, makeId, type Clock, type Id, type IdKind } from '@smartscan/kernel';
import type { Ids } from '../ports/ids.ts';

/** Chance is drawn in blocks: one call to the generator serves 256 ids. */
const BLOCK_BYTES = 4_096;

export const systemClock: Clock = { nowMs: () => Date.now() };

export function secureIds(clock: Clock): Ids {
  const block = new Uint8Array(BLOCK_BYTES);
  let used = BLOCK_BYTES;
  return {
    next<K extends IdKind>(kind: K): Id<K> {
      if (used + ID_CHANCE_BYTES > BLOCK_BYTES) {
        randomFillSync(block);
        used = 0;
      }
      const chance = block.subarray(used, used + ID_CHANCE_BYTES);
      used += ID_CHANCE_BYTES;
      return makeId(kind, clock.nowMs(), chance);
    },
    bytes: (count) => randomFillSync(new Uint8Array(count)),
  };
}
