import type { z } from 'zod';
import { Fault } from '@smartscan/kernel';
import type { FaceTraces, PatchTrace } from '@smartscan/signal';
import { traceChunk } from '@smartscan/contracts/vitals/recorded';

type ColourTrace = z.output<typeof traceChunk>['patches'][number];

/** What came in one chunk. */
export interface Chunk {
  readonly traces: FaceTraces;
  /** Pixels, where the device told. */
  readonly faceWidth: number | undefined;
}

/** Tells where a chunk is wrong by the names of the contract alone. */
const badChunk = (path: readonly PropertyKey[]): Fault => {
  const named = path.filter((part) => typeof part === 'number' || MEMBERS.has(String(part)));
  return new Fault('invalid', 'vitals.bad_chunk', 'The chunk is not what the contract says.', {
    status: 422,
    remedy: 'Send JSON with times_seconds and patches, each with name, red, green and blue; see the documentation.',
    ...(named.length === 0 ? {} : { members: { pointer: `#/${named.join('/')}` } }),
  });
};
const MEMBERS: ReadonlySet<string> = new Set([
  ...Object.keys(traceChunk.shape),
  ...Object.keys(traceChunk.shape.patches.element.shape),
  ...Object.keys(traceChunk.shape.position.unwrap().shape),
]);

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the text.
    throw badChunk([]);
  }
};

const valuesOf = (values: readonly (number | null)[]): Float64Array =>
  Float64Array.from(values, (value) => value ?? NaN);

const traceOf = ({ name, red, green, blue }: ColourTrace): PatchTrace => ({
  name,
  red: valuesOf(red),
  green: valuesOf(green),
  blue: valuesOf(blue),
});

/**
 * A chunk as it came over the wire. Nothing of it is repeated in a refusal (P11).
 *
 * @throws Fault invalid `vitals.bad_chunk`
 */
export const readChunk = (bytes: Uint8Array): Chunk => {
  const read = traceChunk.safeParse(jsonOf(bytes));
  if (!read.success) throw badChunk(read.error.issues[0]?.path ?? []);
  const { times_seconds, patches, backdrop, motion, position, face_width } = read.data;
  return {
    traces: {
      timesSeconds: Float64Array.from(times_seconds),
      patches: patches.map(traceOf),
      ...(backdrop ? { backdrop: backdrop.map(traceOf) } : {}),
      ...(motion ? { motion: Float64Array.from(motion) } : {}),
      ...(position ? { position: { x: valuesOf(position.x), y: valuesOf(position.y) } } : {}),
    },
    faceWidth: face_width,
  };
};
