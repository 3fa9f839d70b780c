/** A transform of one size, in place. */
export interface Fft {
  readonly size: number;
  /** re + i·im becomes its discrete Fourier transform. */
  forward(re: Float64Array, im: Float64Array): void;
  /** The inverse, divided by the size. */
  inverse(re: Float64Array, im: Float64Array): void;
}

const reversedIndices = (size: number): Uint32Array => {
  const reversed = new Uint32Array(size);
  const half = size >> 1;
  for (let i = 1; i < size; i++) reversed[i] = (reversed[i >> 1]! >> 1) | (i & 1 ? half : 0);
  return reversed;
};

const permute = (re: Float64Array, im: Float64Array, reversed: Uint32Array): void => {
  for (let i = 0; i < reversed.length; i++) {
    const j = reversed[i]!;
    if (j <= i) continue;
    const swappedRe = re[i]!;
    re[i] = re[j]!;
    re[j] = swappedRe;
    const swappedIm = im[i]!;
    im[i] = im[j]!;
    im[j] = swappedIm;
  }
};

/** Decimation in time, radix 2 (Cooley and Tukey 1965). */
const butterflies = (re: Float64Array, im: Float64Array, cosines: Float64Array, sines: Float64Array): void => {
  const size = re.length;
  for (let length = 2, stride = size >> 1; length <= size; length <<= 1, stride >>= 1) {
    const half = length >> 1;
    for (let start = 0; start < size; start += length) {
      for (let k = 0, t = 0, a = start; k < half; k++, t += stride, a++) {
        const b = a + half;
        const c = cosines[t]!;
        const s = sines[t]!;
        const x = re[b]! * c - im[b]! * s;
        const y = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a] = re[a]! + x;
        im[a] = im[a]! + y;
      }
    }
  }
};

const plan = (size: number): Fft => {
  const reversed = reversedIndices(size);
  const cosines = new Float64Array(size >> 1);
  const sines = new Float64Array(size >> 1);
  for (let k = 0; k < cosines.length; k++) {
    cosines[k] = Math.cos((2 * Math.PI * k) / size);
    sines[k] = -Math.sin((2 * Math.PI * k) / size);
  }
  const forward = (re: Float64Array, im: Float64Array): void => {
    if (re.length !== size || im.length !== size) throw new RangeError('The arrays do not have the size of the plan.');
    permute(re, im, reversed);
    butterflies(re, im, cosines, sines);
  };
  const inverse = (re: Float64Array, im: Float64Array): void => {
    // Swapping real and imaginary part turns the forward transform into the inverse.
    forward(im, re);
    for (let i = 0; i < size; i++) {
      re[i] = re[i]! / size;
      im[i] = im[i]! / size;
    }
  };
  return { size, forward, inverse };
};

/** Twiddle factors are the same for every caller: one plan a size, at most one for each power of two. */
const plans = new Map<number, Fft>();

/** The transform of a power of two up to 2^20. Throws a RangeError on any other size: that is a mistake in our code. */
export const fftOf = (size: number): Fft => {
  const known = plans.get(size);
  if (known !== undefined) return known;
  if (!Number.isInteger(Math.log2(size)) || size < 2 || size > 1 << 20) {
    throw new RangeError('The size of a transform must be a power of two between 2 and 2^20.');
  }
  const made = plan(size);
  plans.set(size, made);
  return made;
};

/** The smallest power of two that holds `count`. */
export const powerOfTwoFor = (count: number): number => 1 << Math.max(1, Math.ceil(Math.log2(Math.max(2, count))));
