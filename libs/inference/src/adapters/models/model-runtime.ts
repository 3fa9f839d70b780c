import { Fault } from '@smartscan/kernel';
import type { ModelDescription, ModelRef, Tensors } from '@smartscan/platform/ports';
import { bucketsUpTo, type BatchingRules } from '../../domain/batching.ts';
import { inferenceFailed, inferenceUnavailable, modelUnknown } from '../../domain/inference-faults.ts';
import { Batcher, type Asking } from './batcher.ts';
import { providersOf, type Engine } from './engines.ts';
import { isBatched, type LoadedModel } from './loaded-model.ts';
import { readModel, type ModelFiles } from './model-folder.ts';
import type { ModelHolder } from './model-holder.ts';
import { openOnnxModel, type OnProvider } from './onnx-model.ts';
import { RunStatistics, type RunCounts } from './statistics.ts';
import { ARRAYS, checkInputs, lengthOf } from './tensors.ts';
import { importTensorFlow, openTfjsModel, TFJS_GPU } from './tfjs-model.ts';

export interface RuntimeOptions {
  readonly modelsDirectory: string;
  /** In the order in which they are tried, TensorFlow before the others; the CPU in any case. */
  readonly engines: readonly Engine[];
  /** Without them every request is run at once and alone: what a thread with one scan wants. */
  readonly batching?: BatchingRules | undefined;
  /** Whether somebody takes the counts. */
  readonly counted?: boolean;
}

interface Held {
  readonly model: LoadedModel;
  readonly batcher: Batcher | undefined;
  readonly statistics: RunStatistics | undefined;
}

/** A request from outside may hold so many rows where no batches are made: as many as a batch has by default. */
const MAX_ROWS_ALONE = 16;

/** Models that are loaded in this thread, and run in it. */
export class ModelRuntime implements ModelHolder {
  readonly #held = new Map<string, Map<string, Held>>();
  readonly #current = new Map<string, string>();
  /** Also of versions that are gone: what they did last is still to be told. */
  readonly #taking: (() => RunCounts | undefined)[] = [];

  constructor(
    private readonly options: RuntimeOptions,
    private readonly onProvider?: OnProvider,
  ) {}

  async load(name: string, version: string): Promise<ModelDescription> {
    const known = this.#held.get(name)?.get(version);
    if (known !== undefined) return known.model.description;
    const files = await readModel(this.options.modelsDirectory, name, version);
    const model = (await this.#onTensorFlow(files)) ?? (await this.#onOnnxruntime(files));
    await warm(model, this.options.batching?.maxBatch ?? 1);
    this.#hold(name, version, model);
    return model.description;
  }

  async unload(name: string, version: string): Promise<void> {
    const held = this.#held.get(name)?.get(version);
    if (held === undefined) return;
    this.#held.get(name)?.delete(version);
    if (this.#current.get(name) === version) this.#current.delete(name);
    await held.batcher?.drained();
    held.batcher?.close();
    await held.model.close();
  }

  async infer(ref: ModelRef, inputs: Tensors, { client = 0, signal }: Partial<Asking> = {}): Promise<Tensors> {
    const { model, batcher, statistics } = this.#find(ref);
    if (batcher !== undefined) return batcher.infer(inputs, { client, signal });
    signal?.throwIfAborted();
    const outputs = await alone(model, inputs, statistics);
    signal?.throwIfAborted();
    return outputs;
  }

  describe(ref: ModelRef): Promise<ModelDescription> {
    try {
      return Promise.resolve(this.#find(ref).model.description);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  allocate(length: number): Float32Array {
    return new Float32Array(length);
  }

  /** The counts since the last time, of versions that there are any of. */
  takeCounts(): readonly RunCounts[] {
    return this.#taking.flatMap((take) => take() ?? []);
  }

  async close(): Promise<void> {
    for (const [name, versions] of this.#held) {
      for (const [version, { batcher }] of versions) {
        batcher?.close();
        await this.unload(name, version);
      }
    }
  }

  #onOnnxruntime(files: ModelFiles): Promise<LoadedModel> {
    return openOnnxModel(files, providersOf(this.options.engines), this.onProvider);
  }

  async #onTensorFlow(files: ModelFiles): Promise<LoadedModel | undefined> {
    if (files.graph === undefined || !this.options.engines.includes('tensorflow')) return undefined;
    try {
      const model = await openTfjsModel(files, files.graph, files.folder, await importTensorFlow(TFJS_GPU));
      this.onProvider?.('tensorflow', []);
      return model;
    } catch (error) {
      // A graph that was altered is no missing library.
      if (error instanceof Fault) throw error;
      this.onProvider?.(undefined, ['tensorflow']);
      return undefined;
    }
  }

  #hold(name: string, version: string, model: LoadedModel): void {
    const { batching, counted } = this.options;
    const statistics = counted === true ? new RunStatistics(name, version) : undefined;
    const batcher = batching && new Batcher(model, batching, statistics);
    if (statistics !== undefined) this.#taking.push(() => statistics.take(batcher?.pending ?? 0));
    let versions = this.#held.get(name);
    if (versions === undefined) this.#held.set(name, (versions = new Map()));
    versions.set(version, { model, batcher, statistics });
    // Whoever names no version goes on with the first: which one is current, the repository says.
    if (!this.#current.has(name)) this.#current.set(name, version);
  }

  #find({ name, version }: ModelRef): Held {
    const versions = this.#held.get(name);
    if (versions === undefined) throw modelUnknown();
    const wanted = version ?? this.#current.get(name) ?? [...versions.keys()][0];
    const held = wanted === undefined ? undefined : versions.get(wanted);
    if (held === undefined) throw version === undefined ? inferenceUnavailable() : modelUnknown();
    return held;
  }
}

/** Runs a request at once, and nothing with it. */
const alone = async (model: LoadedModel, inputs: Tensors, statistics: RunStatistics | undefined): Promise<Tensors> => {
  const rows = checkInputs(model.description, inputs, MAX_ROWS_ALONE);
  const startMs = performance.now();
  const run = { rows, waitedMs: [0], inputMs: 0, outputMs: 0 };
  try {
    const outputs = await model.run(inputs);
    statistics?.succeeded({ ...run, inferMs: performance.now() - startMs });
    return outputs;
  } catch (error) {
    statistics?.failed({ ...run, inferMs: 0 });
    throw error instanceof Fault ? error : inferenceFailed();
  }
};

/** For a side of a picture that the model leaves open: networks with a stride take no less than 32. */
const OPEN_SIDE = 32;

/** Runs the model once in every size that it will meet, so that nobody has to wait for what is compiled or allocated then. */
const warm = async (model: LoadedModel, maxBatch: number): Promise<void> => {
  const { description, padded } = model;
  const sizes = padded && isBatched(description) ? bucketsUpTo(maxBatch) : [1];
  for (const rows of sizes) {
    const inputs = description.inputs.map(({ name, type, shape: wanted }) => {
      const shape = wanted.map((size, at) => (size === -1 ? (at === 0 ? rows : OPEN_SIDE) : size));
      return [name, { type, shape, data: new ARRAYS[type](lengthOf(shape)) }];
    });
    await model.run(Object.fromEntries(inputs) as Tensors);
  }
};
