/** Element types that tensors may have here; the words are those of onnxruntime. */
export type ElementType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

/** Values of a tensor, row-major. `bool` is a byte each. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** By name. */
export type Tensors = Readonly<Record<string, Tensor>>;

export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  /** -1 where any size fits. */
  readonly shape: readonly number[];
}

/** A model, and which version of it: that which is current where none is named. */
export interface ModelRef {
  readonly name: string;
  readonly version?: string | undefined;
}

/** What a loaded model is and takes. */
export interface ModelDescription {
  readonly name: string;
  readonly version: string;
  /** `sha256:…` of its file; `unverified` where whoever runs it doesn't say. */
  readonly digest: string;
  /** What runs it: `onnxruntime cpu`. */
  readonly platform: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export interface InferOptions {
  /** Whoever asks, where several do through one adapter: each gets its turn. */
  readonly client?: string | number | undefined;
  /** Aborted, a run that has not begun never does; the call rejects with the signal's reason either way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs models. Inputs are read and left as they were; they may be used again once the call has settled. The outputs are
 * the caller's own. Calls may overlap; each gets the answer to its own inputs.
 *
 * @throws Fault not_found `inference.model_unknown`; invalid `inference.model_input` (a tensor missing, unknown, of another
 *   type or shape); unavailable `inference.overloaded`, `inference.unavailable`; internal
 *   `inference.failed`
 */
export interface Inference {
  infer(model: ModelRef, inputs: Tensors, options?: InferOptions): Promise<Tensors>;
  describe(model: ModelRef): Promise<ModelDescription>;
  /** Values for an input that this adapter takes without a copy on the way, where it knows of such memory. */
  allocate(length: number): Float32Array;
  close(): Promise<void>;
}
