import fc from 'fast-check';
import { BatchQueue, bucketFor, bucketsUpTo, type Waiting } from './batching.ts';

interface Item extends Waiting {
  readonly id: number;
}
const item = (id: number, client: string | number = id, lane = '', rows = 1): Item => ({ id, client, lane, rows });
const RULES = { maxBatch: 4, maxDelayMs: 2, maxQueue: 8 };
const queueOf = (...items: Item[]): BatchQueue<Item> => {
  const queue = new BatchQueue<Item>(RULES);
  for (const one of items) queue.add(one, 0);
  return queue;
};
const idsOf = (next: ReturnType<BatchQueue<Item>['next']>) => next?.run?.map(({ id }) => id);

/** As many clients as shared the last batch are waited for. */
const afterABatchOf = (clients: number): BatchQueue<Item> => {
  const queue = queueOf(...Array.from({ length: clients }, (_, n) => item(n)));
  queue.next(0);
  return queue;
};

describe('batches', () => {
  it('are filled up to 1, 2, 4, 8 … and the maximum', () => {
    expect([1, 2, 3, 4, 5, 9, 11, 12].map((rows) => bucketFor(rows, 12))).toEqual([1, 2, 4, 4, 8, 12, 12, 12]);
    expect(bucketsUpTo(12)).toEqual([1, 2, 4, 8, 12]);
    expect(bucketsUpTo(1)).toEqual([1]);
  });

  it('a lone client never waits for others', () => {
    const queue = queueOf(item(1));
    expect(idsOf(queue.next(0))).toEqual([1]);
    queue.add(item(2, 1), 5);
    expect(idsOf(queue.next(5))).toEqual([2]);
    expect(queue.next(5)).toBeUndefined();
  });

  it('wait for those who shared the last one, no longer than the delay', () => {
    const queue = afterABatchOf(3);
    queue.add(item(10), 100);
    expect(queue.next(100.5)).toEqual({ afterMs: 1.5 });
    queue.add(item(11), 101);
    expect(queue.next(101)).toEqual({ afterMs: 1 });
    expect(idsOf(queue.next(102))).toEqual([10, 11]);
  });

  it('go at once when all who shared the last one are there, and when they are full', () => {
    const all = afterABatchOf(2);
    all.add(item(10), 0);
    all.add(item(11), 0);
    expect(idsOf(all.next(0))).toEqual([10, 11]);
    const full = afterABatchOf(4);
    for (let id = 10; id < 16; id++) full.add(item(id, 'one'), 0);
    expect(idsOf(full.next(0))).toEqual([10, 11, 12, 13]);
  });

  it('everybody gets a turn before anybody gets a second one', () => {
    const queue = queueOf(item(1, 'a'), item(2, 'a'), item(3, 'a'), item(4, 'a'), item(5, 'b'), item(6, 'c'));
    expect(idsOf(queue.next(9))).toEqual([1, 5, 6, 2]);
    queue.add(item(7, 'b'), 9);
    expect(idsOf(queue.next(99))).toEqual([3, 7, 4]);
  });

  it('only what is of one lane goes together, and what doesn’t fit waits', () => {
    const queue = queueOf(item(1, 'a', 'x'), item(2, 'b', 'y'), item(3, 'c', 'x', 3), item(4, 'd', 'x'));
    expect(idsOf(queue.next(9))).toEqual([1, 3]);
    expect(idsOf(queue.next(9))).toEqual([2]);
    expect(idsOf(queue.next(9))).toEqual([4]);
  });

  it('refuse what the queue has no room for, and have room again when something left', () => {
    const queue = queueOf(...Array.from({ length: 8 }, (_, n) => item(n)));
    expect(queue.add(item(8), 0)).toBe(false);
    const first = item(20);
    queue.next(9);
    expect(queue.add(first, 9)).toBe(true);
    expect(queue.remove(first)).toBe(true);
    expect(queue.remove(first)).toBe(false);
    expect(queue.rows).toBe(4);
  });

  it('nothing is lost, run twice, or run out of its client’s order; no batch is too large or mixes lanes', () => {
    const step = fc.record({
      client: fc.integer({ min: 0, max: 3 }),
      lane: fc.constantFrom('', 'long'),
      rows: fc.integer({ min: 1, max: 4 }),
      then: fc.constantFrom('add', 'run', 'remove'),
      afterMs: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new BatchQueue<Item>(RULES);
        const waiting = new Set<Item>();
        let nowMs = 0;
        const run = (): void => {
          const batch = queue.next(nowMs)?.run;
          if (batch === undefined) return;
          expect(new Set(batch.map(({ lane }) => lane)).size).toBe(1);
          expect(batch.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(RULES.maxBatch);
          for (const one of batch) {
            const earlier = [...waiting].filter(({ client, id }) => client === one.client && id < one.id);
            expect(earlier).toEqual([]);
            expect(waiting.delete(one)).toBe(true);
          }
        };
        steps.forEach(({ then, afterMs, ...rest }, id) => {
          nowMs += afterMs;
          const one = { id, ...rest };
          const [some] = waiting;
          if (then === 'run') run();
          else if (then === 'remove' && some) expect([waiting.delete(some), queue.remove(some)]).toEqual([true, true]);
          else if (queue.add(one, nowMs)) waiting.add(one);
          expect(queue.rows).toBe([...waiting].reduce((sum, { rows }) => sum + rows, 0));
        });
        for (nowMs = 1e6; waiting.size > 0; ) run();
        expect(queue.next(nowMs)).toBeUndefined();
      }),
      { seed: 20_26 },
    );
  });
});
