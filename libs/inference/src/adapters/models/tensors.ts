import type { ElementType, ModelDescription, Tensor, TensorData, Tensors, TensorSpec } from '@smartscan/platform/ports';
import { modelInput } from '../../domain/inference-faults.ts';
import { isBatched } from './loaded-model.ts';

export const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<ElementType, new (length: number) => TensorData>;

/** Element types that tensors may have here. */
export const ELEMENT_TYPES = Object.keys(ARRAYS) as readonly ElementType[];

/** Values of a tensor of that shape. */
export const lengthOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const fits = (wanted: readonly number[], given: readonly number[]): boolean =>
  wanted.length === given.length &&
  wanted.every((size, at) => Number.isSafeInteger(given[at]) && given[at]! > 0 && (size === -1 || size === given[at]));

const checkTensor = ({ name, type, shape }: TensorSpec, given: Tensor | undefined): void => {
  if (given === undefined) throw modelInput(`The input ${name} is missing.`);
  if (given.type !== type || !(given.data instanceof ARRAYS[type])) {
    throw modelInput(`The input ${name} has to be of type ${type}.`);
  }
  if (!fits(shape, given.shape)) throw modelInput(`The input ${name} has to be of the shape [${shape.join(', ')}].`);
  if (given.data.length !== lengthOf(given.shape)) {
    throw modelInput(`The input ${name} has not as many values as its shape says.`);
  }
};

/**
 * Whether a model can take these inputs; said in the model's own words alone.
 *
 * @returns the rows that they hold: 1 where the model takes no batches
 * @throws Fault invalid inference.model_input
 */
export const checkInputs = (description: ModelDescription, inputs: Tensors, maxRows: number): number => {
  const { inputs: specs } = description;
  for (const spec of specs) checkTensor(spec, inputs[spec.name]);
  if (Object.keys(inputs).length !== specs.length) throw modelInput('There is an input that the model does not have.');
  if (!isBatched(description)) return 1;
  const rows = inputs[specs[0]!.name]!.shape[0]!;
  if (specs.some(({ name }) => inputs[name]!.shape[0] !== rows)) {
    throw modelInput('All inputs have to hold the same number of rows.');
  }
  if (rows > maxRows) throw modelInput(`At most ${maxRows} rows can be run at once.`);
  return rows;
};

/** Requests with the same word can share a run: it says the sizes that a model leaves open, but for the number of rows. */
export const laneOf = ({ inputs: specs }: ModelDescription, inputs: Tensors): string =>
  specs.flatMap(({ name, shape }) => inputs[name]!.shape.filter((_, at) => at > 0 && shape[at] === -1)).join();

/** Room for a batch, which is used again and again. */
export const batchOf = (like: Tensors, rows: number): Tensors =>
  Object.fromEntries(
    Object.entries(like).map(
      ([
        name,
        {
          type,
          shape: [, ...rest],
        },
      ]) => {
        const shape = [rows, ...rest];
        return [name, { type, shape, data: new ARRAYS[type](lengthOf(shape)) }];
      },
    ),
  );

const put = (target: TensorData, source: TensorData, at: number): void => {
  // Both are of the type that the model wants: the request was checked.
  (target as Float32Array).set(source as Float32Array, at);
};

/** Copies rows of requests into a batch, one behind the other. What is left of it is zero: nobody's earlier rows. */
export const gather = (batch: Tensors, requests: readonly Tensors[]): void => {
  for (const name of Object.keys(batch)) {
    const { data } = batch[name]!;
    let at = 0;
    for (const request of requests) {
      const source = request[name]!.data;
      put(data, source, at);
      at += source.length;
    }
    wipe(data, at);
  }
};

const wipe = (data: TensorData, from: number): void => {
  if (data instanceof BigInt64Array) data.fill(0n, from);
  else data.fill(0, from);
};

export const wipeBatch = (batch: Tensors): void => {
  for (const { data } of Object.values(batch)) wipe(data, 0);
};

/** Rows of a batch's outputs as tensors of their own. */
export const rowsFrom = (outputs: Tensors, from: number, rows: number): Tensors =>
  Object.fromEntries(
    Object.entries(outputs).map(
      ([
        name,
        {
          type,
          shape: [all, ...rest],
          data,
        },
      ]) => {
        const each = data.length / all!;
        return [name, { type, shape: [rows, ...rest], data: data.slice(from * each, (from + rows) * each) }];
      },
    ),
  );
