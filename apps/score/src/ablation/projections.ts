import type { PatchTrace } from '@smartscan/signal';

/** A colour as red, green and blue. */
type Vector = readonly [number, number, number];

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const unit = (a: Vector): Vector => {
  const size = Math.sqrt(dot(a, a)) || 1;
  return [a[0] / size, a[1] / size, a[2] / size];
};

const colourAt = ({ red, green, blue }: PatchTrace, frame: number): Vector => [
  red[frame]!,
  green[frame]!,
  blue[frame]!,
];

/** Green of what is left of the colours across a direction. */
const greenAcross = (trace: PatchTrace, direction: Vector): Float64Array =>
  trace.green.map((green, i) => green - dot(colourAt(trace, i), direction) * direction[1]);

/** Turns of the power iteration: the second singular value of skin is below a hundredth of the first. */
const TURNS = 20;

/** The first left singular vector of the colours over time. */
const principalColour = (trace: PatchTrace): Vector => {
  const channels = [trace.red, trace.green, trace.blue];
  const rows = channels.map((a) => channels.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)));
  let direction: Vector = unit([1, 1, 1]);
  for (let turn = 0; turn < TURNS; turn++) {
    const [r, g, b] = rows.map((row) => dot(row as unknown as Vector, direction));
    direction = unit([r!, g!, b!]);
  }
  return direction;
};

/**
 * LGI, local group invariance (Pilz et al., CVPR Workshops 2018: 1254): green of the colours across their first singular
 * vector. Over the whole scan, as in rPPG-Toolbox (Liu et al. 2023).
 */
export const lgi = (trace: PatchTrace): Float64Array => greenAcross(trace, principalColour(trace));

/**
 * OMIT, orthogonal matrix image transformation (Álvarez Casado and Bordallo López, Signal Image Video Process 2023;17:3813):
 * the same across the first vector of a QR decomposition of the colours, which is the colour of the first frame.
 */
export const omit = (trace: PatchTrace): Float64Array => greenAcross(trace, unit(colourAt(trace, 0)));
