import { MessageChannel } from 'node:worker_threads';
import { Fault } from '@smartscan/kernel';
import type { Inference, InferOptions, ModelDescription, ModelRef, Tensors } from '@smartscan/platform/ports';
import { modelUnknown } from '../../domain/inference-faults.ts';
import { versionFor, versionsOf, withCanary, type ModelRoute } from '../../domain/model-routes.ts';
import type { ModelVersion } from './hold-models.ts';
import type { InferenceStart } from './inference-start.ts';
import { modelsIn, versionsIn } from './model-folder.ts';
import type { ModelHolder } from './model-holder.ts';
import type { RuntimeOptions } from './model-runtime.ts';
import { PortInference, type OnNotice } from './port-inference.ts';
import { RemoteInference } from './remote-inference.ts';
import { ThreadKeeper } from './thread-keeper.ts';
import type { LoadParameters, ModelState, ServedModels } from './v2-server.ts';

/** Where the models are: in each thread that scans, in one thread for all, or on a server. */
export type ModelsPlace = { readonly kind: 'local' | 'shared' } | { readonly kind: 'remote'; readonly url: string };

export interface RepositoryOptions {
  readonly place: ModelsPlace;
  readonly runtime: Required<Pick<RuntimeOptions, 'batching'>> & Omit<RuntimeOptions, 'counted'>;
  /** Whether others may run the models, too: then a thread holds them for those in any case. */
  readonly served: boolean;
  /** The models that scans need, and what they begin with. */
  readonly routes: Readonly<Record<string, ModelRoute>>;
  readonly onNotice: OnNotice;
  /** A version is loaded, or gone. */
  readonly onChange?: (change: 'loaded' | 'unloaded', version: ModelVersion) => void;
  readonly onDefect: (code: string) => void;
}

const wordOf = ({ name, version }: ModelVersion): string => `${name}/${version}`;

/**
 * The models of a process: which versions are loaded, which of them a scan runs on, who holds them. A new version is loaded
 * and has run everywhere before the first scan gets it, and an old one stays until the last scan that has it is over.
 */
export class ModelRepository implements ServedModels {
  readonly #options: RepositoryOptions;
  readonly #routes: Map<string, ModelRoute>;
  readonly #loaded = new Map<string, ModelVersion>();
  readonly #loading = new Set<string>();
  readonly #leases = new Map<string, number>();
  readonly #holders = new Set<ModelHolder>();
  #thread: ThreadKeeper | undefined;
  #changing: Promise<unknown> = Promise.resolve();
  #scans = 0;
  #closed = false;

  private constructor(options: RepositoryOptions) {
    this.#options = options;
    this.#routes = new Map(Object.entries(options.routes));
    for (const [name, route] of this.#routes) {
      for (const version of versionsOf(route)) this.#loaded.set(wordOf({ name, version }), { name, version });
    }
  }

  /** @throws Fault where a model that scans need can't be loaded */
  static async start(options: RepositoryOptions): Promise<ModelRepository> {
    const models = new ModelRepository(options);
    const { place, served, runtime, onNotice, onDefect } = options;
    if (place.kind === 'remote') {
      models.#holders.add(new RemoteInference(place.url));
      await models.#everywhere((holder) =>
        Promise.all([...models.#loaded.values()].map(({ name, version }) => holder.load(name, version))),
      );
    } else if (place.kind === 'shared' || served) {
      models.#thread = new ThreadKeeper({
        runtime,
        models: () => [...models.#loaded.values()],
        onNotice,
        onDefect,
      });
      await models.#thread.ready();
    }
    return models;
  }

  /** What a thread that will scan is started with. */
  async start(): Promise<InferenceStart> {
    const { place, runtime } = this.#options;
    if (place.kind === 'remote') return place;
    if (place.kind === 'shared') return { kind: 'shared', port: (await this.#thread!.ready()).connect() };
    const { port1, port2 } = new MessageChannel();
    const holder = new PortInference(port1, this.#options.onNotice, () => this.#holders.delete(holder));
    // From now on it hears of every change; what there is already, it begins with.
    this.#holders.add(holder);
    const alone = { ...runtime, batching: undefined };
    return { kind: 'local', hold: { runtime: alone, models: [...this.#loaded.values()], port: port2 } };
  }

  /** The versions for one scan, which stay until it gives them back. */
  lease(): { readonly versions: Readonly<Record<string, string>>; release(): void } {
    const sequence = ++this.#scans;
    const versions = [...this.#routes].map(([name, route]) => ({ name, version: versionFor(name, route, sequence) }));
    for (const version of versions) this.#count(version, 1);
    let held = true;
    return {
      versions: Object.fromEntries(versions.map(({ name, version }) => [name, version])),
      release: () => {
        if (!held) return;
        held = false;
        for (const version of versions) this.#count(version, -1);
        this.#retire();
      },
    };
  }

  ready(): boolean {
    return !this.#closed && (this.#thread?.isReady ?? true);
  }

  versions(name: string): readonly string[] {
    return versionsOf(this.#routes.get(name));
  }

  resolve({ name, version }: ModelRef): ModelVersion {
    const known = this.versions(name);
    const [current] = known;
    if (current === undefined || (version !== undefined && !known.includes(version))) throw modelUnknown();
    return { name, version: version ?? current };
  }

  async describe(model: ModelRef): Promise<ModelDescription> {
    return (await this.#inference()).describe(this.resolve(model));
  }

  async infer(model: ModelRef, inputs: Tensors, options: InferOptions): Promise<Tensors> {
    return (await this.#inference()).infer(this.resolve(model), inputs, options);
  }

  async index(): Promise<readonly ModelState[]> {
    const { modelsDirectory } = this.#options.runtime;
    const names = new Set([...(await modelsIn(modelsDirectory)), ...this.#routes.keys()]);
    const states = [...names].map(async (name) => {
      const versions = new Set([...(await versionsIn(modelsDirectory, name)), ...this.versions(name)]);
      return [...versions].map((version) => ({ name, version, state: this.#stateOf({ name, version }), reason: '' }));
    });
    return (await Promise.all(states)).flat();
  }

  /** Loads a version everywhere, then lets scans have it: all that begin from now on, or the share of a canary. */
  load(name: string, parameters: LoadParameters): Promise<void> {
    return this.#change(async () => {
      const version = parameters.version ?? (await versionsIn(this.#options.runtime.modelsDirectory, name)).at(-1);
      if (version === undefined) throw modelUnknown();
      await this.#loadEverywhere({ name, version });
      const route = this.#routes.get(name);
      const share = parameters.canaryPercent === undefined ? 1 : parameters.canaryPercent / 100;
      this.#routes.set(name, withCanary(route, version, share));
      this.#retire();
    });
  }

  /** Takes a canary back, or gives up a model that no scan needs. */
  unload(name: string, { version }: LoadParameters): Promise<void> {
    return this.#change(() => {
      const route = this.#routes.get(name);
      if (route === undefined) throw modelUnknown();
      if (route.canary !== undefined && (version === undefined || version === route.canary.version)) {
        this.#routes.set(name, { current: route.current });
      } else if (name in this.#options.routes) {
        throw new Fault('conflict', 'inference.model_in_use', 'Jobs run on this version: load another one first.');
      } else if (version === undefined || version === route.current) {
        this.#routes.delete(name);
      } else {
        throw modelUnknown();
      }
      this.#retire();
      return Promise.resolve();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#changing.catch(() => undefined);
    await this.#thread?.close();
    await Promise.all([...this.#holders].map((holder) => holder.close()));
  }

  /** One change after the other. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    const changed = this.#changing.then(work, work);
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async #loadEverywhere(model: ModelVersion): Promise<void> {
    const { name, version } = model;
    const word = wordOf(model);
    if (this.#loaded.has(word)) return;
    this.#loading.add(word);
    // Threads that begin meanwhile begin with it.
    this.#loaded.set(word, model);
    try {
      await this.#everywhere((holder) => holder.load(name, version));
      this.#options.onChange?.('loaded', model);
    } catch (error) {
      this.#loaded.delete(word);
      await this.#everywhere((holder) => holder.unload(name, version)).catch(() => undefined);
      throw error;
    } finally {
      this.#loading.delete(word);
    }
  }

  async #everywhere(work: (holder: ModelHolder) => Promise<unknown>): Promise<void> {
    const thread = this.#thread && (await this.#thread.ready()).holder;
    const holders = [...this.#holders, ...(thread === undefined ? [] : [thread])];
    await Promise.all(
      holders.map((holder) =>
        work(holder).catch((error: unknown) => {
          // One that ended meanwhile is replaced by one that begins with what there is.
          const isThere = holder === thread || this.#holders.has(holder);
          if (isThere) throw error;
        }),
      ),
    );
  }

  async #inference(): Promise<Inference> {
    if (this.#thread !== undefined) return (await this.#thread.ready()).holder;
    const [holder] = this.#holders;
    if (holder === undefined) throw modelUnknown();
    return holder;
  }

  #stateOf(model: ModelVersion): ModelState['state'] {
    if (this.#loading.has(wordOf(model))) return 'LOADING';
    return this.versions(model.name).includes(model.version) ? 'READY' : 'UNAVAILABLE';
  }

  #count(model: ModelVersion, by: number): void {
    const word = wordOf(model);
    this.#leases.set(word, (this.#leases.get(word) ?? 0) + by);
  }

  /** Versions that no scan has and none will get are given up. */
  #retire(): void {
    for (const [word, model] of this.#loaded) {
      const wanted = this.#loading.has(word) || this.versions(model.name).includes(model.version);
      if (wanted || (this.#leases.get(word) ?? 0) > 0) continue;
      this.#loaded.delete(word);
      this.#options.onChange?.('unloaded', model);
      void this.#everywhere((holder) => holder.unload(model.name, model.version)).catch(() => undefined);
    }
  }
}
