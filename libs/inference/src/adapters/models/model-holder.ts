import type { Inference, ModelDescription } from '@smartscan/platform/ports';

/** Runs models, and can be told which. */
export interface ModelHolder extends Inference {
  /**
   * Loads a version and runs it once. Those that are loaded already stay.
   *
   * @throws Fault not_found inference.model_unknown; internal inference.model_missing, inference.model_altered, inference.model_unusable
   */
  load(name: string, version: string): Promise<ModelDescription>;
  /** Lets what waits for this version be run, and gives up its memory. */
  unload(name: string, version: string): Promise<void>;
}
