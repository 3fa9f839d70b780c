import { allOperations } from '@smartscan/contracts/all';
import { subjectId } from '@smartscan/contracts/vitals/calibrations';
import { platformServed } from '@smartscan/contracts/custody';
import type { Operation } from '@smartscan/contracts/operation';
import { servedBy } from '@smartscan/platform/ports';
import { allContexts } from './contexts.ts';

const isPlatforms = ({ id }: Operation): boolean => platformServed.includes(id.split('.')[1] ?? '');
const ownOperations = allOperations().filter((operation) => !isPlatforms(operation));

interface Served {
  readonly operation: Operation;
  readonly by: string;
}

async function allServed(): Promise<Served[]> {
  const contexts = await allContexts();
  return contexts.flatMap((context) =>
    context.controllers.flatMap((controller) =>
      servedBy(controller).map(({ operation }) => ({ operation, by: context.name })),
    ),
  );
}

describe('operations', () => {
  it.each(ownOperations.map((operation) => [operation.id, operation] as const))(
    '%s has exactly one handler, at its owner',
    async (_, operation) => {
      const handlers = (await allServed()).filter((served) => served.operation === operation);
      expect(handlers.map(({ by }) => by)).toEqual([operation.owner]);
    },
  );

  it('every handler is of an operation that there is, and none does the platform’s part', async () => {
    const known = new Set(ownOperations);
    expect((await allServed()).filter(({ operation }) => !known.has(operation))).toEqual([]);
  });

  it('no two are reached by the same method and path', () => {
    const routes = allOperations().map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`);
    expect(routes.filter((route, at) => routes.indexOf(route) !== at)).toEqual([]);
  });

  it('what is public is versioned; what is internal can not be mistaken for it', () => {
    for (const { id, path, public: isPublic } of allOperations()) {
      expect([id, path]).toEqual([id, expect.stringMatching(isPublic ? /^\/v[1-9]\d*\// : /^\/internal\//)]);
    }
  });

  it.each(allOperations().map((operation) => [operation.id, operation] as const))(
    '%s takes every part of its path from its input',
    (_, { path, input, headers }) => {
      const names = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name ?? '');
      const members = Object.keys(input.shape);
      expect([...names, ...Object.keys(headers)].filter((name) => !members.includes(name))).toEqual([]);
    },
  );

  it('P08: no path or query of an operation names a person', () => {
    const inUrl = allOperations().flatMap(({ id, path, method, input, headers }) => {
      const inPath = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name ?? '');
      const inQuery =
        method === 'GET' || method === 'DELETE' ? Object.keys(input.shape).filter((name) => !headers[name]) : [];
      // Our own name for a person is none of the customer's, and can't be turned back.
      return [...inPath, ...inQuery].filter((name) => input.shape[name] !== subjectId).map((name) => `${id}: ${name}`);
    });
    expect(inUrl.filter((name) => /patient|visit|subject|email|name$/.test(name))).toEqual([]);
  });
});
