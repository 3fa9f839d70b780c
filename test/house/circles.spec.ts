import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { circles, importGraph, importsOf, parse, type Graph } from './imports.ts';
import { ROOT } from './tree.ts';

const graph = importGraph();

describe('imports', () => {
  it('no file reaches itself by its imports, those of types included', () => {
    expect(circles(graph)).toEqual([]);
  });

  it('every import of ours leads to a file, so that the walk misses none', () => {
    const lost = [...graph].flatMap(([path, targets]) =>
      targets.filter((target) => !graph.has(target) && !existsSync(join(ROOT, target))).map((to) => `${path} → ${to}`),
    );
    expect(lost).toEqual([]);
    expect([...graph.values()].flat().length).toBeGreaterThan(graph.size / 2);
  });

  it('the walk sees every way to import', () => {
    const text = `
      import { a } from './value.ts';
      import type { B } from './type.ts';
      import './effect.ts';
      export * from './onward.ts';
      const c = await import('./dynamic.ts');
      type D = import('./inline.ts').D;`;
    const seen = ['value', 'type', 'effect', 'onward', 'dynamic', 'inline'].map((name) => `./${name}.ts`);
    expect(importsOf(parse('x.ts', text)).sort()).toEqual(seen.sort());
  });

  it('a circle is found wherever it is, and none is found where there is none', () => {
    const size = fc.integer({ min: 2, max: 20 });
    const edges = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 40 });
    fc.assert(
      fc.property(size, edges, (count, pairs) => {
        // Edges from lower to higher numbers only can't form a circle; one edge back along a path closes one.
        const forward = pairs.filter(([from, to]) => from < to && to < count);
        const path = Array.from({ length: count - 1 }, (_, at) => [at, at + 1] as const);
        const graphOf = (all: readonly (readonly [number, number])[]): Graph =>
          new Map(
            Array.from({ length: count }, (_, at) => [
              String(at),
              all.filter(([from]) => from === at).map(([, to]) => String(to)),
            ]),
          );
        expect(circles(graphOf([...forward, ...path]))).toEqual([]);
        expect(circles(graphOf([...forward, ...path, [count - 1, 0]]))).toHaveLength(1);
      }),
    );
  });
});
