/** What models can run on, fastest first: TensorFlow where a model comes with a graph for it, and onnxruntime's providers. */
export const ENGINES = ['tensorflow', 'tensorrt', 'cuda', 'cpu'] as const;
export type Engine = (typeof ENGINES)[number];

/** What onnxruntime runs a graph on. */
export type ExecutionProvider = Exclude<Engine, 'tensorflow'>;

export const providersOf = (engines: readonly Engine[]): readonly ExecutionProvider[] =>
  engines.filter((engine) => engine !== 'tensorflow');

export const usesGpu = (engines: readonly Engine[]): boolean => engines.some((engine) => engine !== 'cpu');
