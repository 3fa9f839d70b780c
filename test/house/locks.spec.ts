import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compareLocks, extendLock, lockOf, type Lock } from '@smartscan/contracts/lock';
import { OWNERS } from '@smartscan/contracts/owners';
import fc from 'fast-check';
import { filesBelow, read, ROOT } from './tree.ts';

const FOLDER = 'libs/contracts/lock';
const EMPTY: Lock = { events: {}, operations: {} };
const lockedOf = (owner: string): Lock => {
  const path = `${FOLDER}/${owner}.json`;
  return existsSync(join(ROOT, path)) ? (JSON.parse(read(path)) as Lock) : EMPTY;
};

describe('published contracts are frozen', () => {
  it.each(OWNERS.map((owner) => [owner]))('%s publishes what it has published, in the same shape', (owner) => {
    const { added, changed, removed } = compareLocks(lockOf(owner), lockedOf(owner));
    expect({
      'new: run `npm run locks:update` and commit what it writes': added,
      'changed: make a v2 beside v1 (before the first release: `npm run locks:update -- --force`)': changed,
      'gone: somebody depends on it (before the first release: `npm run locks:update -- --force`)': removed,
    }).toEqual({
      'new: run `npm run locks:update` and commit what it writes': [],
      'changed: make a v2 beside v1 (before the first release: `npm run locks:update -- --force`)': [],
      'gone: somebody depends on it (before the first release: `npm run locks:update -- --force`)': [],
    });
  });

  it('every lock is of an owner', () => {
    const owners = OWNERS.map((owner) => `${FOLDER}/${owner}.json`);
    expect(filesBelow(FOLDER).filter((path) => !owners.includes(path))).toEqual([]);
  });
});

type Json = Record<string, unknown>;
const copy = (lock: Lock): { events: Json; operations: Json } =>
  structuredClone(lock) as { events: Json; operations: Json };

/** The paths to everything in a value that is neither an object nor a list. */
const leaves = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]))
    : [path];

function change(lock: Lock, path: readonly string[]): Lock {
  const changed = copy(lock);
  const [last = '', ...parents] = [...path].reverse();
  const parent = parents.reverse().reduce((object: Json, name) => object[name] as Json, changed);
  parent[last] = 'something else';
  return changed as Lock;
}

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('comparing locks', () => {
  const locks = OWNERS.map(lockOf);
  const someLock = fc.constantFrom(...locks);
  const names = (lock: Lock): string[] => [...Object.keys(lock.events), ...Object.keys(lock.operations)];

  it('sees a change anywhere in what was published', () => {
    const aChange = someLock.chain((lock) => fc.constantFrom(...leaves(lock)).map((path) => ({ lock, path })));
    fc.assert(
      fc.property(aChange, ({ lock, path }) => {
        expect(compareLocks(change(lock, path), lock)).toEqual({ added: [], changed: [path[1]], removed: [] });
      }),
    );
  });

  it('sees no change in another order of members', () => {
    fc.assert(
      fc.property(someLock, (lock) => {
        expect(compareLocks(reversed(lock) as Lock, lock)).toEqual({ added: [], changed: [], removed: [] });
      }),
    );
  });

  it('sees what came and what went, and extending adds the one and keeps the other as it was', () => {
    const published = lockOf('identity');
    const [first = ''] = Object.keys(published.events);
    const locked = copy(published);
    delete locked.events[first];
    locked.events['identity.gone.v1'] = { body: 'as it was' };
    locked.operations['identity.get_workspace'] = { path: 'as it was' };
    const changed = ['identity.get_workspace'];
    expect(compareLocks(published, locked as Lock)).toEqual({ added: [first], changed, removed: ['identity.gone.v1'] });
    const extended = extendLock(locked as Lock, published);
    expect(names(extended).sort()).toEqual([...names(published), 'identity.gone.v1'].sort());
    expect(compareLocks(published, extended)).toEqual({ added: [], changed, removed: ['identity.gone.v1'] });
  });
});
