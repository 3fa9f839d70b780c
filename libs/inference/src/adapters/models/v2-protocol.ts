import { z } from 'zod';
import type { ElementType, Tensor, TensorData, Tensors } from '@smartscan/platform/ports';
import { modelInput } from '../../domain/inference-faults.ts';
import { ARRAYS, lengthOf } from './tensors.ts';

/**
 * The bodies of the Open Inference Protocol, version 2, over HTTP: JSON with the values in it, or the binary tensor data
 * extension, where raw little-endian values follow the JSON.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
export const DATATYPES = {
  float32: 'FP32',
  float64: 'FP64',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  bool: 'BOOL',
} as const satisfies Record<ElementType, string>;

/** The other way round. */
export const TYPES: ReadonlyMap<string, ElementType> = new Map<string, ElementType>(
  Object.entries(DATATYPES).map(([type, datatype]) => [datatype, type as ElementType]),
);

/** Says how many bytes of the body are JSON, where raw values follow. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** Axes of a tensor at most. Ours: a batch of videos has five. */
const MAX_AXES = 8;

const tensorHead = z.object({
  name: z.string().max(256),
  shape: z.array(z.int().min(1)).max(MAX_AXES),
  datatype: z.string().max(16),
  parameters: z.object({ binary_data_size: z.int().min(0).optional() }).optional(),
  data: z.array(z.unknown()).optional(),
});
type TensorHead = z.output<typeof tensorHead>;

const requestHead = z.object({
  id: z.string().max(256).optional(),
  parameters: z.object({ binary_data_output: z.boolean().optional() }).optional(),
  inputs: z.array(tensorHead).min(1).max(64),
  outputs: z
    .array(
      z.object({ name: z.string().max(256), parameters: z.object({ binary_data: z.boolean().optional() }).optional() }),
    )
    .max(64)
    .optional(),
});

const responseHead = z.object({ model_version: z.string().optional(), outputs: z.array(tensorHead) });

/** A body and what its headers have to say of it. */
export interface Encoded {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface DecodedRequest {
  readonly id: string | undefined;
  readonly inputs: Tensors;
  /** Whether an output is wanted at all, and as raw values. */
  readonly wants: (name: string) => { readonly wanted: boolean; readonly binary: boolean };
}

const numberOf = (value: unknown, whole: boolean): number => {
  if (typeof value === 'number' && (!whole || Number.isSafeInteger(value))) return value;
  throw modelInput('A value of a tensor is not of the type that it says.');
};

const valuesOf = (values: readonly unknown[], type: ElementType): TensorData => {
  switch (type) {
    case 'float32':
    case 'float64':
      return new ARRAYS[type](values.map((value) => numberOf(value, false)));
    case 'int32':
    case 'uint8':
      return new ARRAYS[type](values.map((value) => numberOf(value, true)));
    case 'int64':
      return BigInt64Array.from(values, (value) => BigInt(numberOf(value, true)));
    case 'bool':
      return Uint8Array.from(values, (value) => {
        if (typeof value !== 'boolean') throw modelInput('A value of a tensor is not of the type that it says.');
        return value ? 1 : 0;
      });
  }
};

/** Reads the tensors of a head, and the raw values behind it in the order of the head. */
class TensorReader {
  #at = 0;

  constructor(private readonly raw: Uint8Array) {}

  read({ shape, datatype, parameters, data }: TensorHead): Tensor {
    const type = TYPES.get(datatype);
    if (type === undefined) throw modelInput('The type of a tensor is not known here.');
    const bytes = parameters?.binary_data_size;
    if ((bytes === undefined) === (data === undefined)) {
      throw modelInput('A tensor needs its values either in the JSON or behind it.');
    }
    const values = data === undefined ? this.#take(type, bytes!) : valuesOf(data.flat(MAX_AXES), type);
    if (values.length !== lengthOf(shape)) throw modelInput('A tensor has not as many values as its shape says.');
    return { type, shape, data: values };
  }

  end(): void {
    if (this.#at !== this.raw.length) throw modelInput('The body is longer than its tensors.');
  }

  #take(type: ElementType, bytes: number): TensorData {
    const from = this.#at;
    this.#at += bytes;
    if (this.#at > this.raw.length || bytes % ARRAYS[type].BYTES_PER_ELEMENT !== 0) {
      throw modelInput('The raw values of a tensor are not as many as it says.');
    }
    // A copy that begins at an even address, whatever the length of the JSON is.
    return new ARRAYS[type](new Uint8Array(this.raw.subarray(from, this.#at)).buffer);
  }
}

const parsed = <T>(schema: z.ZodType<T>, json: Uint8Array): T => {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)));
  } catch {
    throw modelInput('The JSON of the body is not that of the protocol.');
  }
};

const split = (body: Uint8Array, headerLength: string | undefined): readonly [Uint8Array, Uint8Array] => {
  if (headerLength === undefined) return [body, new Uint8Array(0)];
  const length = /^\d{1,9}$/.test(headerLength) ? Number(headerLength) : Infinity;
  if (length > body.length) throw modelInput('The length of the JSON is not what the header says.');
  return [body.subarray(0, length), body.subarray(length)];
};

const tensorsFrom = (heads: readonly TensorHead[], raw: Uint8Array): Tensors => {
  const reader = new TensorReader(raw);
  const tensors = new Map(heads.map((head) => [head.name, reader.read(head)]));
  reader.end();
  if (tensors.size !== heads.length) throw modelInput('Two tensors have the same name.');
  return Object.fromEntries(tensors);
};

/** @throws Fault invalid inference.model_input, in words that repeat nothing of the body */
export const decodeRequest = (body: Uint8Array, headerLength: string | undefined): DecodedRequest => {
  const [json, raw] = split(body, headerLength);
  const { id, parameters, inputs, outputs } = parsed(requestHead, json);
  const byDefault = parameters?.binary_data_output ?? false;
  const asked = outputs && new Map(outputs.map((output) => [output.name, output.parameters?.binary_data ?? byDefault]));
  return {
    id,
    inputs: tensorsFrom(inputs, raw),
    wants: (name) =>
      asked === undefined
        ? { wanted: true, binary: byDefault }
        : { wanted: asked.has(name), binary: asked.get(name) === true },
  };
};

/** @throws Fault where it isn't a response of the protocol */
export const decodeResponse = (body: Uint8Array, headerLength: string | undefined): Tensors => {
  const [json, raw] = split(body, headerLength);
  return tensorsFrom(parsed(responseHead, json).outputs, raw);
};

const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const jsonValues = ({ type, data }: Tensor): readonly unknown[] => {
  if (type === 'bool') return Array.from(data as Uint8Array, (value) => value !== 0);
  const values = Array.from(data as Iterable<number | bigint>, Number);
  // JSON has no word for them, and null would be read as 0.
  if (!values.every(Number.isFinite)) {
    throw modelInput('An output holds what JSON can not say: ask for it as binary data.');
  }
  return values;
};

const encode = (
  head: object,
  member: 'inputs' | 'outputs',
  tensors: readonly (readonly [string, Tensor, boolean])[],
): Encoded => {
  const heads = tensors.map(([name, tensor, binary]) => ({
    name,
    shape: tensor.shape,
    datatype: DATATYPES[tensor.type],
    ...(binary ? { parameters: { binary_data_size: tensor.data.byteLength } } : { data: jsonValues(tensor) }),
  }));
  const json = Buffer.from(JSON.stringify({ ...head, [member]: heads }));
  const raw = tensors.filter(([, , binary]) => binary).map(([, { data }]) => bytesOf(data));
  if (raw.length === 0) return { body: json, headers: { 'content-type': 'application/json' } };
  return {
    body: Buffer.concat([json, ...raw]),
    headers: { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: String(json.length) },
  };
};

/** A request whose tensors are raw values both ways: a picture is ten times as long in JSON, and loses NaN there. */
export const encodeRequest = (inputs: Tensors): Encoded =>
  encode(
    { parameters: { binary_data_output: true } },
    'inputs',
    Object.entries(inputs).map(([name, tensor]) => [name, tensor, true] as const),
  );

export const encodeResponse = (
  { name, version }: { readonly name: string; readonly version: string },
  { id, wants }: Pick<DecodedRequest, 'id' | 'wants'>,
  outputs: Tensors,
): Encoded =>
  encode(
    { model_name: name, model_version: version, ...(id === undefined ? {} : { id }) },
    'outputs',
    Object.entries(outputs).flatMap(([output, tensor]) => {
      const { wanted, binary } = wants(output);
      return wanted ? [[output, tensor, binary] as const] : [];
    }),
  );
