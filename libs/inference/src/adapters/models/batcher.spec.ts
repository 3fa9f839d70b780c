import { Fault } from '@smartscan/kernel';
import type { Tensors } from '@smartscan/platform/ports';
import { Batcher } from './batcher.ts';
import type { LoadedModel } from './loaded-model.ts';
import { RunStatistics } from './statistics.ts';

const RULES = { maxBatch: 4, maxDelayMs: 1, maxQueue: 6 };
const x = (...values: number[]): Tensors => ({
  x: { type: 'float32', shape: [values.length, 1], data: Float32Array.from(values) },
});
const valuesOf = (tensors: Tensors): number[] => Object.values(tensors).flatMap(({ data }) => Array.from(data, Number));

/** Doubles what it is given, when it is told to; and fails where a value is 13. */
class HandModel implements LoadedModel {
  readonly description = {
    name: 'double',
    version: '1',
    digest: '',
    platform: 'hand',
    inputs: [{ name: 'x', type: 'float32', shape: [-1, 1] }],
    outputs: [{ name: 'y', type: 'float32', shape: [-1, 1] }],
  } as const;
  readonly runs: number[][] = [];
  readonly batches = new Set<Tensors>();
  #go: (() => void)[] = [];
  #free = false;

  constructor(readonly padded = true) {}

  async run(inputs: Tensors): Promise<Tensors> {
    this.runs.push(valuesOf(inputs));
    this.batches.add(inputs);
    if (!this.#free) await new Promise<void>((resolve) => this.#go.push(resolve));
    if (valuesOf(inputs).includes(13)) throw new Error('the value 13 of Dana');
    return { y: { ...inputs['x']!, data: (inputs['x']!.data as Float32Array).map((value) => 2 * value) } };
  }

  /** Lets everything run from now on. */
  free(): void {
    this.#free = true;
    for (const go of this.#go.splice(0)) go();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** A batcher whose model is at work on a first request, so that what comes now waits. */
const busy = async (padded = true) => {
  const model = new HandModel(padded);
  const statistics = new RunStatistics('double', '1');
  const batcher = new Batcher(model, RULES, statistics);
  const first = batcher.infer(x(1), { client: 'first' });
  await soon();
  return { model, batcher, statistics, first };
};

describe('a batcher', () => {
  it('runs what waits together, filled up with zeros where shapes are worth repeating, and hands each its own', async () => {
    const { model, batcher, first } = await busy();
    const asked = [x(2), x(3), x(4)].map((inputs, client) => batcher.infer(inputs, { client }));
    model.free();
    expect(valuesOf(await first)).toEqual([2]);
    expect((await Promise.all(asked)).map(valuesOf)).toEqual([[4], [6], [8]]);
    expect(model.runs).toEqual([[1], [2, 3, 4, 0]]);
  });

  it('fills nothing up where that costs as much as a row', async () => {
    const { model, batcher } = await busy(false);
    const asked = [x(2), x(3, 4)].map((inputs, client) => batcher.infer(inputs, { client }));
    model.free();
    expect((await Promise.all(asked)).map(valuesOf)).toEqual([[4], [6, 8]]);
    expect(model.runs).toEqual([[1], [2, 3, 4]]);
  });

  it('a run that fails fails for those that shared it and for nobody else, and says nothing of what was in it', async () => {
    const { model, batcher, first } = await busy();
    const shared = [x(2), x(13), x(3), x(4)].map((inputs, client) => batcher.infer(inputs, { client }));
    const next = batcher.infer(x(5), { client: 0 });
    model.free();
    const faults = await Promise.all(shared.map((one) => one.catch((error: unknown) => error)));
    for (const fault of faults) {
      expect(fault).toBeInstanceOf(Fault);
      expect(fault).toMatchObject({ code: 'inference.failed' });
      expect(String(fault)).not.toMatch(/13|Dana/);
    }
    expect([valuesOf(await first), valuesOf(await next)]).toEqual([[2], [10]]);
  });

  it('refuses what its queue has no room for, at once', async () => {
    const { model, batcher } = await busy();
    const waiting = Array.from({ length: 6 }, (_, client) => batcher.infer(x(client), { client }));
    await expect(batcher.infer(x(9), { client: 9 })).rejects.toMatchObject({ code: 'inference.overloaded' });
    expect(batcher.pending).toBe(6);
    model.free();
    expect((await Promise.all(waiting)).map(valuesOf)).toEqual([[0], [2], [4], [6], [8], [10]]);
  });

  it('what was cancelled while it waited never runs', async () => {
    const { model, batcher } = await busy();
    const abort = new AbortController();
    const cancelled = batcher.infer(x(2), { client: 2, signal: abort.signal });
    const other = batcher.infer(x(3), { client: 3 });
    abort.abort(new Error('left'));
    await expect(cancelled).rejects.toThrow('left');
    model.free();
    expect(valuesOf(await other)).toEqual([6]);
    expect(model.runs).toEqual([[1], [3]]);
  });

  it('P15: rows of a batch are wiped once nothing waits: nobody’s picture lies there for the next', async () => {
    const { model, batcher } = await busy();
    const asked = [x(2), x(3)].map((inputs, client) => batcher.infer(inputs, { client }));
    model.free();
    await Promise.all(asked);
    await batcher.drained();
    await soon();
    const [, batch] = model.batches;
    expect(valuesOf(batch!)).toEqual([0, 0]);
  });

  it('what was still waiting when it closes is told so', async () => {
    const { batcher } = await busy();
    const waiting = batcher.infer(x(2), { client: 2 });
    batcher.close();
    await expect(waiting).rejects.toMatchObject({ code: 'inference.unavailable' });
  });

  it('counts as Triton does: requests, rows and runs apart', async () => {
    const { model, batcher, statistics, first } = await busy();
    const asked = [x(2), x(3, 4)].map((inputs, client) => batcher.infer(inputs, { client }));
    const failing = batcher.infer(x(13), { client: 7 }).catch(() => undefined);
    expect(statistics.take(batcher.pending)).toMatchObject({ success: 0, pending: 3 });
    model.free();
    await Promise.all([first, ...asked, failing].map((one) => one.catch(() => undefined)));
    expect(statistics.take(batcher.pending)).toMatchObject({
      success: 1,
      failure: 3,
      rows: 1,
      runs: 2,
      batchSizes: [1, 4],
      pending: 0,
    });
    expect(statistics.take(0)).toBeUndefined();
  });
});
