/**
 * Natural cubic spline through (x, y), read at the ascending points of a uniform clock: `out[i]` at
 * `start + i / rate`. Outside [x0, xn] the end value is held. `x` ascends strictly; at least two points. O(n).
 */
export const splineOnto = (
  x: Float64Array,
  y: Float64Array,
  clock: { readonly startSeconds: number; readonly rateHz: number },
  out: Float64Array,
): void => {
  const curvature = naturalCurvature(x, y);
  const last = x.length - 1;
  let k = 0;
  for (let i = 0; i < out.length; i++) {
    const at = clock.startSeconds + i / clock.rateHz;
    if (at <= x[0]! || at >= x[last]!) {
      out[i] = at <= x[0]! ? y[0]! : y[last]!;
      continue;
    }
    while (x[k + 1]! < at) k++;
    const h = x[k + 1]! - x[k]!;
    const a = (x[k + 1]! - at) / h;
    const b = 1 - a;
    const bend = (a * a * a - a) * curvature[k]! + (b * b * b - b) * curvature[k + 1]!;
    out[i] = a * y[k]! + b * y[k + 1]! + (bend * h * h) / 6;
  }
};

/** Second derivatives at the knots: the tridiagonal system, solved by elimination (Thomas). */
const naturalCurvature = (x: Float64Array, y: Float64Array): Float64Array => {
  const count = x.length;
  const curvature = new Float64Array(count);
  const scratch = new Float64Array(count);
  for (let i = 1; i < count - 1; i++) {
    const before = x[i]! - x[i - 1]!;
    const after = x[i + 1]! - x[i]!;
    const ratio = before / (before + after);
    const pivot = ratio * curvature[i - 1]! + 2;
    curvature[i] = (ratio - 1) / pivot;
    const jump = (y[i + 1]! - y[i]!) / after - (y[i]! - y[i - 1]!) / before;
    scratch[i] = ((6 * jump) / (before + after) - ratio * scratch[i - 1]!) / pivot;
  }
  curvature[count - 1] = 0;
  for (let i = count - 2; i >= 0; i--) curvature[i] = curvature[i]! * curvature[i + 1]! + scratch[i]!;
  return curvature;
};
