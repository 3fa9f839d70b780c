import type { FaceTraces, PatchTrace } from '@smartscan/signal';
import type { Marker, WitnessReason } from './marker.ts';
import type { Markers } from './markers.ts';

/** Nothing that is measured is missing more often than this, nor stays the same to the last digit. Ours. */
const MIN_READ_SHARE = 0.5;

const isMeasured = (values: Float64Array): boolean => {
  const readings = values.filter((value) => !Number.isNaN(value));
  return readings.length >= MIN_READ_SHARE * values.length && new Set(readings).size > 1;
};

const isMeasuredPlace = ({ red, green, blue }: PatchTrace): boolean => [red, green, blue].every(isMeasured);

/**
 * What nobody watched while others measured the colours. A video shows by itself how the face moves and what the light does
 * beside it; of a recording that leaves it out, a sway or a lamp in the rhythm of a pulse can't be told from one.
 */
export const unwitnessed = ({ motion, position, backdrop = [] }: FaceTraces): WitnessReason[] => {
  const reasons: WitnessReason[] = [];
  const paths = [motion, position?.x, position?.y];
  if (!paths.every((path) => path !== undefined && isMeasured(path))) reasons.push('movement_not_witnessed');
  if (!backdrop.some(isMeasuredPlace)) reasons.push('light_not_witnessed');
  return reasons;
};

/** Markers that rest on such a recording are never `ok`, however narrow their interval: those gates were not there. */
export const withDoubts = (markers: Markers, doubts: readonly WitnessReason[]): Markers =>
  doubts.length === 0
    ? markers
    : (Object.fromEntries(
        Object.entries(markers).map(([name, marker]): [string, Marker] => [name, doubted(marker, doubts)]),
      ) as Markers);

const doubted = (marker: Marker, doubts: readonly WitnessReason[]): Marker =>
  marker.value === null ? marker : { ...marker, status: 'low_confidence', reasons: [...marker.reasons, ...doubts] };
