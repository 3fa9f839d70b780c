import fc from 'fast-check';
import { Book } from './book.ts';
import { toEntry, toEntryRecord, toSource, entryKey, type Entry } from './entry.ts';
import { entryOf, type Shelf } from './key-entries.ts';

const LANES = ['smartscan.shop/0', 'smartscan.shop/11'];

const entry = (lane: string, offset: number, differing: Partial<Entry> = {}): Entry => ({
  lane,
  offset,
  envelope: {
    id: `evt_${offset}`,
    type: 'shop.thing_sold.v1',
    topic: 'smartscan.shop',
    // Three keys, so that each has several.
    key: `key-${offset % 3}`,
    time: '2026-11-23T20:00:00.120Z',
    tenant: 'wsp_01',
    actor: { kind: 'system', id: 'test' },
    purpose: 'provide_service',
    requestId: 'req_01',
    region: 'eu-west-1',
    traceparent: '',
    body: '{"n":0}',
  },
  code: 'shop.sick',
  attempts: 3,
  rounds: 1,
  parkedAt: '2026-11-23T20:00:00.120Z',
  notBefore: offset * 10,
  ...differing,
});

interface Change {
  readonly deed: 'put' | 'remove';
  readonly shelf: Shelf;
  readonly lane: string;
  readonly offset: number;
}

const changes = fc.array(
  fc.record<Change>({
    deed: fc.constantFrom('put', 'put', 'remove'),
    shelf: fc.constantFrom('retry', 'dead'),
    lane: fc.constantFrom(...LANES),
    offset: fc.integer({ min: 0, max: 11 }),
  }),
  { maxLength: 80 },
);

/** The same in the plainest way. */
class Plain {
  readonly retry = new Map<string, Entry>();
  readonly dead = new Map<string, Entry>();

  of(lane: string, key: string): { offset: number; isDead: boolean; isRetry: boolean }[] {
    const offsets = [...this.retry.values(), ...this.dead.values()]
      .filter((one) => one.lane === lane && one.envelope.key === key)
      .map(({ offset }) => offset);
    return [...new Set(offsets)]
      .sort((a, b) => a - b)
      .map((offset) => ({
        offset,
        isDead: this.dead.has(`${lane}/${offset}`),
        isRetry: this.retry.has(`${lane}/${offset}`),
      }));
  }

  blocks(lane: string, key: string, offset: number): Shelf | undefined {
    const earlier = this.of(lane, key).filter((one) => one.offset < offset);
    if (earlier.some(({ isDead }) => isDead)) return 'dead';
    return earlier.length > 0 ? 'retry' : undefined;
  }

  /** When there is something to do for a key. */
  due(lane: string, key: string): number {
    const places = this.of(lane, key);
    const firstDead = places.findIndex(({ isDead }) => isDead);
    if (firstDead >= 0 && places.slice(firstDead).some(({ isRetry }) => isRetry)) return 0;
    const first = places[0];
    return first?.isRetry === true && !first.isDead ? first.offset * 10 : Number.POSITIVE_INFINITY;
  }
}

function both(plan: readonly Change[]): { book: Book; plain: Plain } {
  const [book, plain] = [new Book(), new Plain()];
  for (const { deed, shelf, lane, offset } of plan) {
    const one = entry(lane, offset);
    if (deed === 'put') {
      book.put(shelf, one);
      plain[shelf].set(entryKey(one), one);
    } else {
      book.remove(shelf, one);
      plain[shelf].delete(entryKey(one));
    }
  }
  return { book, plain };
}

const KEYS = ['key-0', 'key-1', 'key-2'];

it('whatever is put and taken off: an event goes behind earlier ones of its key, and to the dead behind a dead one', () => {
  fc.assert(
    fc.property(changes, (plan) => {
      const { book, plain } = both(plan);
      for (const lane of LANES)
        for (const key of KEYS)
          for (let offset = 0; offset <= 12; offset += 1)
            expect(book.blocks(lane, key, offset)).toBe(plain.blocks(lane, key, offset));
    }),
  );
});

it('whatever is put and taken off: it knows what is there, in order, and how much', () => {
  fc.assert(
    fc.property(changes, (plan) => {
      const { book, plain } = both(plan);
      expect(book.parked).toBe(plain.dead.size);
      expect(book.waiting).toBe([...plain.retry.keys()].filter((key) => !plain.dead.has(key)).length);
      for (const lane of LANES) {
        const wanted = KEYS.flatMap((key) => plain.of(lane, key).map(({ offset }) => offset)).sort((a, b) => a - b);
        expect(book.of(lane).map((place) => entryOf(place).offset)).toEqual(wanted);
        expect(book.has(lane)).toBe(wanted.length > 0);
      }
      expect(book.dead().map(entryKey)).toEqual(
        LANES.flatMap((lane) => book.of(lane).flatMap(({ dead }) => (dead ? entryKey(dead) : []))),
      );
    }),
  );
});

it('whatever is put and taken off: the next thing to do is the soonest of all keys', () => {
  fc.assert(
    fc.property(changes, (plan) => {
      const { book, plain } = both(plan);
      for (const lane of LANES) {
        const soonest = Math.min(...KEYS.map((key) => plain.due(lane, key)));
        expect(book.next(lane)?.at ?? Number.POSITIVE_INFINITY).toBe(soonest);
      }
    }),
  );
});

it('a key with very many entries costs no more than one with few', () => {
  const book = new Book();
  const startedAt = performance.now();
  for (let offset = 0; offset < 50_000; offset += 1) {
    const one = entry('smartscan.shop/0', offset);
    const sick = { ...one, envelope: { ...one.envelope, key: 'sick' } };
    expect(book.blocks(one.lane, 'sick', offset)).toBe(offset === 0 ? undefined : 'dead');
    book.put('dead', sick);
    book.next(one.lane);
  }
  // A look through all of them at each event would take minutes.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(book.parked).toBe(50_000);
});

it('an entry is read as it was written, its key and its place too', () => {
  const one = entry('smartscan.shop/3', 42, { code: 'internal', attempts: 7 });
  const { key, value, headers } = toEntryRecord('smartscan.shop.dead', one);
  const bytes = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
  const source = toSource(key);
  expect(source).toEqual({ lane: 'smartscan.shop/3', offset: 42 });
  const message = { key: Buffer.from(key), value: Buffer.from(value ?? ''), headers: bytes };
  expect(toEntry(source as never, message as never)).toEqual(one);
  expect(toSource('no key of ours')).toBeUndefined();
});
