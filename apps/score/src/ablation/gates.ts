import { PULSE_REASONS } from '@smartscan/signal';
import type { Face } from './faces.ts';
import { percent, table } from './table.ts';

/** How often a gate refuses, and how often it alone does: what would come out if it were not there. */
export const gatesTable = (faces: readonly Face[]): string[] => {
  const sets = [faces.filter(({ truth }) => truth === null), faces.filter(({ truth }) => truth !== null)];
  const refusals = PULSE_REASONS.map((reason) => [
    reason,
    ...sets.flatMap((set) => {
      const refusing = set.filter(({ analysis }) => analysis.heartRate.reasons.includes(reason));
      const alone = refusing.filter(({ analysis }) => analysis.heartRate.reasons.length === 1);
      return [percent(refusing.length, set.length), percent(alone.length, set.length)];
    }),
  ]).filter((cells) => cells.slice(1).some((cell) => cell !== '0.0 %'));
  const emitted = sets.flatMap((set) => {
    const kept = set.filter(({ analysis }) => analysis.heartRate.value !== null).length;
    return [percent(kept, set.length), ''];
  });
  return [
    `## Gates: ${sets[0]!.length} faces without a pulse, every second swaying, and ${sets[1]!.length} with one`,
    '',
    ...table(
      ['gate', 'no pulse: refuses', 'alone', 'pulse: refuses', 'alone'],
      [...refusals, ['a heart rate comes out', ...emitted]],
    ),
  ];
};
