import fc from 'fast-check';
import { Fault } from '@smartscan/kernel';
import { chunkOf, makeRecording } from '@smartscan/testing/recording';
import { readChunk } from './read-chunk.ts';

fc.configureGlobal({ seed: 31, numRuns: 200 });

const { traces } = makeRecording();
const chunk = chunkOf(traces, 0, 30);
const bytesOf = (body: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(body));

const faultOf = (bytes: Uint8Array): Fault | undefined => {
  try {
    readChunk(bytes);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  return undefined;
};

describe('a chunk from the wire', () => {
  it('is the traces that were sent, to the bit', () => {
    const read = readChunk(bytesOf(chunkOf(traces, 0, traces.timesSeconds.length)));
    expect(read).toEqual({ traces, faceWidth: undefined });
  });

  it('says nothing of a patch that is not seen by null', () => {
    const [first, ...rest] = chunk.patches;
    const hidden = { ...first!, red: first!.red.map(() => null) };
    const read = readChunk(bytesOf({ ...chunk, patches: [hidden, ...rest], face_width: 200 }));
    expect(read.traces.patches[0]!.red).toEqual(new Float64Array(30).fill(NaN));
    expect(read.faceWidth).toBe(200);
  });

  it.each<readonly [string, Uint8Array, string | undefined]>([
    ['nothing', new Uint8Array(), undefined],
    ['no text', Uint8Array.of(0xff, 0xfe), undefined],
    ['no JSON', new TextEncoder().encode('{"times_seconds":[NaN]}'), undefined],
    ['a list', bytesOf([1]), undefined],
    ['no patches', bytesOf({ times_seconds: [0] }), '#/patches'],
    ['words for numbers', bytesOf({ ...chunk, times_seconds: ['0'] }), '#/times_seconds/0'],
    [
      'a number beyond all',
      new TextEncoder().encode(JSON.stringify(chunk).replace(/\[\d/, '[1e999')),
      '#/times_seconds/0',
    ],
    [
      'a name that is a sentence',
      bytesOf({ ...chunk, patches: [{ ...chunk.patches[0], name: 'Ann Example' }] }),
      '#/patches/0/name',
    ],
    ['a member that nobody knows', bytesOf({ ...chunk, diary: 'x' }), undefined],
    ['a place without a side', bytesOf({ ...chunk, position: { x: [0] } }), '#/position/y'],
  ])('that holds %s is refused, where it is wrong', (_, bytes, pointer) => {
    expect(faultOf(bytes)).toMatchObject({ code: 'vitals.bad_chunk', status: 422 });
    expect(faultOf(bytes)!.extras.members?.['pointer']).toBe(pointer);
  });

  it('P11: is refused without a word of what it holds', () => {
    const canary = 'canary-of-a-chunk-55ab';
    const value = fc.oneof(
      fc.constant(canary),
      fc.array(fc.constant(canary), { minLength: 1 }),
      fc.dictionary(fc.constant(canary), fc.constant(canary), { minKeys: 1 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(chunk), canary), value, (member, given) => {
        const { message, extras, code } = faultOf(bytesOf({ ...chunk, [member]: given }))!;
        expect(code).toBe('vitals.bad_chunk');
        expect(JSON.stringify([message, extras])).not.toContain(canary);
      }),
    );
  });

  it('is read or refused, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (bytes) => {
          expect(faultOf(bytes)?.code).toBe('vitals.bad_chunk');
        },
      ),
    );
  });
});
