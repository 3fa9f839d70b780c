/// <reference types="jest" />
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Inference, ModelRef, Tensor, Tensors } from '@smartscan/platform/ports';

/** What an adapter hands to the suite: it holds `MODELS_UNDER_TEST` out of the folder that it was given. */
export interface InferenceUnderTest {
  readonly inference: Inference;
  dispose(): Promise<void>;
}

/** By name; the suite asks for the first version of each, and for the second of `multiply` by its number alone. */
export const MODELS_UNDER_TEST = [
  { name: 'multiply', version: '1' },
  { name: 'multiply', version: '2' },
  { name: 'one-at-a-time', version: '1' },
  { name: 'any-length', version: '1' },
  { name: 'whole-numbers', version: '1' },
] as const;

/** Makes those models. */
export const makeModels = (): { readonly folder: string; readonly remove: () => void } => {
  const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
  execFileSync(process.execPath, [path.join(import.meta.dirname, 'make-models.mjs'), folder]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

const MULTIPLY: ModelRef = { name: 'multiply', version: '1' };
const floats = (shape: readonly number[], ...values: number[]): Tensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from(values),
});
const x = (shape: readonly number[], ...values: number[]): Tensors => ({ x: floats(shape, ...values) });
const valuesOf = (outputs: Tensors, name = 'y'): number[] => Array.from(outputs[name]!.data as Float32Array);

type Given = () => Inference;

const faultOf = async (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error: unknown) => error,
  );

function whatIsAnswered(given: Given): void {
  it('a model says what it is and takes', async () => {
    expect(await given().describe(MULTIPLY)).toEqual({
      name: 'multiply',
      version: '1',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      platform: 'onnxruntime cpu',
      inputs: [{ name: 'x', type: 'float32', shape: [-1, 3] }],
      outputs: [{ name: 'y', type: 'float32', shape: [-1, 3] }],
    });
  });

  it('the outputs are those of the inputs, the inputs stay as they were, and may be used again', async () => {
    const inputs = x([2, 3], 1, 2, 3, 4, 5, 6);
    for (let time = 0; time < 2; time++) {
      const outputs = await given().infer(MULTIPLY, inputs);
      expect(outputs).toEqual({ y: floats([2, 3], 2, 4, 6, 8, 10, 12) });
      expect(valuesOf(inputs, 'x')).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('memory that the adapter allocates is filled in place, run, and filled again', async () => {
    const data = given().allocate(3);
    const inputs: Tensors = { x: { type: 'float32', shape: [1, 3], data } };
    data.set([1, 2, 3]);
    const first = await given().infer(MULTIPLY, inputs);
    data.set([4, 5, 6]);
    const second = await given().infer(MULTIPLY, inputs);
    expect([valuesOf(first), valuesOf(second)]).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
  });

  it('values that are no numbers, or infinite, pass as they are, and into nobody else’s answer', async () => {
    const strange = given().infer(MULTIPLY, x([1, 3], NaN, Infinity, -Infinity));
    const plain = given().infer(MULTIPLY, x([1, 3], 1, -0, 3.4e38));
    expect(valuesOf(await strange)).toEqual([NaN, Infinity, -Infinity]);
    expect(valuesOf(await plain)).toEqual([2, -0, Infinity]);
  });

  it('a model that takes one at a time, one of any length, and one of whole numbers are run as they are', async () => {
    expect(valuesOf(await given().infer({ name: 'one-at-a-time' }, x([1, 2], 1, 2)))).toEqual([2, 4]);
    const long = x([1, 2, 3], 1, 2, 3, 4, 5, 6);
    expect(await given().infer({ name: 'any-length' }, long)).toEqual({ y: floats([1, 2, 3], 2, 4, 6, 8, 10, 12) });
    const n: Tensor = { type: 'int64', shape: [1, 2], data: BigInt64Array.of(2n ** 53n + 1n, -7n) };
    const { m } = await given().infer({ name: 'whole-numbers' }, { n });
    expect(m).toEqual({ type: 'int64', shape: [1, 2], data: BigInt64Array.of(2n ** 54n + 2n, -14n) });
  });

  it('the version that was asked for is the one that runs', async () => {
    const inputs = x([1, 3], 1, 2, 3);
    const [one, two] = await Promise.all(
      ['1', '2'].map((version) => given().infer({ name: 'multiply', version }, inputs)),
    );
    expect([valuesOf(one!), valuesOf(two!)]).toEqual([
      [2, 4, 6],
      [3, 6, 9],
    ]);
  });
}

function whatIsRefused(given: Given): void {
  it.each([
    ['a model that there isn’t', { name: 'divide' }],
    ['a version that there isn’t', { name: 'multiply', version: '3' }],
    ['a name that is a path', { name: '../multiply', version: '1' }],
  ])('%s is not found', async (_, model: ModelRef) => {
    const fault = await faultOf(given().infer(model, x([1, 3], 1, 2, 3)));
    expect(fault).toMatchObject({ kind: 'not_found', code: 'inference.model_unknown' });
    expect(await faultOf(given().describe(model))).toMatchObject({ code: 'inference.model_unknown' });
  });

  it.each<[string, Tensors]>([
    ['no input', {}],
    ['an input of another name', { picture_of_dana: floats([1, 3], 1, 2, 3) }],
    ['an input too many', { ...x([1, 3], 1, 2, 3), dana: floats([1], 1) }],
    ['another shape', x([1, 4], 1, 2, 3, 4)],
    ['another number of axes', x([3], 1, 2, 3)],
    ['fewer values than the shape says', x([2, 3], 1, 2, 3)],
    ['another type', { x: { type: 'float64', shape: [1, 3], data: Float64Array.of(1, 2, 3) } }],
    ['more rows than a batch has', x([500, 3], ...Array<number>(1_500).fill(1))],
  ])('%s is refused, in words that repeat nothing of it', async (_, inputs) => {
    const fault = await faultOf(given().infer(MULTIPLY, inputs));
    expect(fault).toMatchObject({ kind: 'invalid', code: 'inference.model_input' });
    expect(String(fault)).not.toMatch(/dana/);
    // And the next one is answered.
    expect(valuesOf(await given().infer(MULTIPLY, x([1, 3], 1, 2, 3)))).toEqual([2, 4, 6]);
  });

  it('a call that was cancelled ends with the reason of its signal, and the others go on', async () => {
    const abort = new AbortController();
    const cancelled = faultOf(given().infer(MULTIPLY, x([1, 3], 1, 2, 3), { signal: abort.signal }));
    const other = given().infer(MULTIPLY, x([1, 3], 4, 5, 6));
    const reason = new Error('no longer wanted');
    abort.abort(reason);
    expect(await cancelled).toBe(reason);
    expect(valuesOf(await other)).toEqual([8, 10, 12]);
    expect(await faultOf(given().infer(MULTIPLY, x([1, 3], 1, 2, 3), { signal: abort.signal }))).toBe(reason);
  });
}

function whatHappensAtOnce(given: Given): void {
  it('of many at once, of several models and sizes, each gets the answer to its own', async () => {
    const runs = Array.from({ length: 100 }, async (_, n) => {
      const version = n % 3 === 0 ? '2' : '1';
      const rows = 1 + (n % 3);
      const values = Array.from({ length: rows * 3 }, (__, at) => 1_000 * n + at);
      const outputs = await given().infer({ name: 'multiply', version }, x([rows, 3], ...values), { client: n % 7 });
      expect(outputs).toEqual({ y: floats([rows, 3], ...values.map((value) => value * (version === '2' ? 3 : 2))) });
      return n;
    });
    expect(await Promise.all(runs)).toEqual(runs.map((_, n) => n));
  });

  it('lengths that differ at once are not mixed up', async () => {
    const runs = Array.from({ length: 30 }, async (_, n) => {
      const length = 1 + (n % 4);
      const values = Array.from({ length: 2 * length }, (__, at) => 100 * n + at);
      const outputs = await given().infer({ name: 'any-length' }, x([1, 2, length], ...values));
      expect(outputs).toEqual({ y: floats([1, 2, length], ...values.map((value) => 2 * value)) });
    });
    expect(await Promise.all(runs)).toHaveLength(30);
  });
}

/** What every way to run models owes its callers. */
export function inferenceConformance(name: string, make: (folder: string) => Promise<InferenceUnderTest>): void {
  describe(name, () => {
    const models = makeModels();
    let under: InferenceUnderTest;
    beforeAll(async () => {
      under = await make(models.folder);
    });
    afterAll(async () => {
      await under.dispose();
      models.remove();
    });

    for (const prove of [whatIsAnswered, whatIsRefused, whatHappensAtOnce]) prove(() => under.inference);
  });
}
