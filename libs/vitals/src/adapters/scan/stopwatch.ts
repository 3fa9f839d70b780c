/** Wall time by stage, summed over the visits to it. */
export class Stopwatch {
  readonly #stages = new Map<string, number>();
  readonly #began = performance.now();

  async time<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.#stages.set(stage, (this.#stages.get(stage) ?? 0) + performance.now() - began);
    }
  }

  /** Milliseconds by stage, and `total` since the watch was made. */
  read(): Readonly<Record<string, number>> {
    const all = [...this.#stages, ['total', performance.now() - this.#began] as const];
    return Object.fromEntries(all.map(([stage, ms]) => [stage, Number(ms.toFixed(1))]));
  }
}
