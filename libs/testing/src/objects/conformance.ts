/// <reference types="jest" />
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectName, Objects, StoredObject } from '@smartscan/platform/ports';

export { LockFront, type SeenRequest } from './lock-front.ts';

/** What an adapter hands to the suite. */
export interface ObjectsUnderTest {
  readonly objects: Objects;
  /** As another process has it: the same store, opened anew. */
  reopened(): Promise<Objects>;
  /** Whether any of these bytes lie in what the store keeps, wherever that is. */
  holds(needle: Buffer): Promise<boolean>;
  dispose(): Promise<void>;
}

/** More than one page of S3's (1,000 keys). */
const MANY = 1_050;
/** Ours: S3's locks end on whole seconds. */
const LOCK_MS = 2_500;

const BAD_NAME = { kind: 'invalid', code: 'platform.object_name' };
const NOT_FOUND = { kind: 'not_found', code: 'platform.object_not_found' };
const LOCKED = { kind: 'conflict', code: 'platform.object_locked' };

const tenant = (): string => `wsp_${randomBytes(13).toString('hex').toUpperCase()}`;
const named = (name: string, of = tenant()): ObjectName => ({ tenant: of, category: 'vitals', name });
const bytes = (text: string): Buffer => Buffer.from(text);

async function all(objects: Objects, of: Pick<ObjectName, 'tenant' | 'category'>): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const object of objects.list(of)) found.push(object);
  return found;
}
const namesOf = async (objects: Objects, of: ObjectName): Promise<string[]> =>
  (await all(objects, of)).map(({ name }) => name);

const BAD_NAMES: [string, string][] = [
  ['the empty name', ''],
  ['a name that leads upwards', '..'],
  ['a name that leads upwards within', 'a/../b'],
  ['a name that leads nowhere', 'a/./b'],
  ['a hidden name', '.drafts'],
  ['a hidden part', 'a/.b'],
  ['an absolute name', '/a'],
  ['a name that ends in a slash', 'a/'],
  ['an empty part', 'a//b'],
  ['a backslash', 'a\\b'],
  ['a space', 'a b'],
  ['a line break', 'a\n'],
  ['a NUL', 'a\0b'],
  ['a plus', 'a+b'],
  ['a percent', 'a%2Fb'],
  ['an umlaut', 'Müller'],
  ['another script', '患者'],
  ['an emoji', 'a🫀'],
  ['what looks like a dot', 'a/․․/b'],
  ['201 characters', 'a'.repeat(201)],
];

type Given = () => ObjectsUnderTest;

function theObject(given: Given): void {
  const objects = (): Objects => given().objects;
  describe('an object', () => {
    it.each([0, 1, 1_000, 1_048_577])('of %d bytes comes back as it was put, in another process too', async (size) => {
      const object = named('scn_1');
      const content = randomBytes(size);
      await objects().put(object, content);
      expect((await objects().get(object)).equals(content)).toBe(true);
      expect((await (await given().reopened()).get(object)).equals(content)).toBe(true);
    });

    it('is replaced by the next put of its name, as often as one likes', async () => {
      const object = named('scn_1');
      for (const text of ['first', 'the second, longer', '3', '']) {
        await objects().put(object, bytes(text));
        expect(await objects().get(object)).toEqual(bytes(text));
      }
      expect(await all(objects(), object)).toMatchObject([{ name: 'scn_1', bytes: 0 }]);
    });

    it('that is not there is a fault, and its removal none', async () => {
      const object = named('scn_1');
      await expect(objects().get(object)).rejects.toMatchObject(NOT_FOUND);
      await objects().remove(object);
      await objects().remove(object);
      await expect(objects().get(object)).rejects.toMatchObject(NOT_FOUND);
    });

    it('P24: that is removed is gone, whatever was put under its name before, and the name can be used again', async () => {
      const object = named('scn_1');
      const canaries = ['CANARY-old', 'CANARY-new'].map((text) => bytes(`${text}-${randomBytes(8).toString('hex')}`));
      for (const canary of canaries) await objects().put(object, canary);
      expect(await given().holds(canaries[1] as Buffer)).toBe(true);
      await objects().remove(object);
      await expect(objects().get(object)).rejects.toMatchObject(NOT_FOUND);
      expect(await all(objects(), object)).toEqual([]);
      for (const canary of canaries) expect(await given().holds(canary)).toBe(false);
      await objects().put(object, bytes('again'));
      expect(await objects().get(object)).toEqual(bytes('again'));
    });
  });
}

function theName(given: Given): void {
  const objects = (): Objects => given().objects;
  describe('the name of an object', () => {
    it('may have parts in its name that are names themselves', async () => {
      const of = tenant();
      const names = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a/b.c', 'A', '0', '_', 'a_b', 'ab'];
      for (const each of names) await objects().put(named(each, of), bytes(each));
      for (const each of names) expect(await objects().get(named(each, of))).toEqual(bytes(each));
      expect(await namesOf(objects(), named('a', of))).toEqual([...names].sort());
      await objects().remove(named('a/b', of));
      expect(await namesOf(objects(), named('a', of))).toEqual(names.filter((each) => each !== 'a/b').sort());
    });

    it.each(BAD_NAMES)('with %s is refused, and the refusal does not repeat it', async (_, bad) => {
      const object = named(bad);
      const refusals = await Promise.all(
        [objects().put(object, bytes('x')), objects().get(object), objects().remove(object)].map((attempt) =>
          attempt.then(
            () => 'let through',
            (fault: unknown) => fault,
          ),
        ),
      );
      for (const refusal of refusals) {
        expect(refusal).toMatchObject(BAD_NAME);
        if (bad.length > 2) expect(String(refusal) + JSON.stringify(refusal)).not.toContain(bad);
      }
    });

    it.each(['', '.', '..', 'a/b', 'wsp 1', 'Müller', '*', 'a'.repeat(65)])(
      'of a tenant %j is refused',
      async (bad) => {
        await expect(objects().put(named('a', bad), bytes('x'))).rejects.toMatchObject(BAD_NAME);
        await expect(all(objects(), named('a', bad))).rejects.toMatchObject(BAD_NAME);
      },
    );

    it('of a category that is none is refused', async () => {
      for (const category of ['frames', '', '..', 'toString'] as never[]) {
        const object = { tenant: tenant(), category, name: 'a' };
        await expect(objects().put(object, bytes('x'))).rejects.toMatchObject(BAD_NAME);
        await expect(all(objects(), object)).rejects.toMatchObject(BAD_NAME);
      }
    });

    it('of 200 characters is kept', async () => {
      const object = named('a'.repeat(200));
      await objects().put(object, bytes('x'));
      expect(await namesOf(objects(), object)).toEqual([object.name]);
    });

    it('above 64 MiB and a seal is refused', async () => {
      const content = Buffer.alloc(64 * 1024 * 1024 + 1025);
      await expect(objects().put(named('a'), content)).rejects.toMatchObject({ code: 'platform.object_too_large' });
    });
  });
}

function theList(given: Given): void {
  const objects = (): Objects => given().objects;
  describe('a list', () => {
    it('has all names in order over many pages, each with its size and time', async () => {
      const of = tenant();
      const names = Array.from({ length: MANY }, (_, n) => `scn_${String((n * 7_919) % MANY).padStart(5, '0')}`);
      const startedAt = Date.now();
      for (let at = 0; at < MANY; at += 50)
        await Promise.all(names.slice(at, at + 50).map((each) => objects().put(named(each, of), bytes(each))));
      const found = await all(objects(), named('a', of));
      expect(found.map((object) => object.name)).toEqual([...names].sort());
      for (const object of found) {
        expect(object).toMatchObject({ tenant: of, category: 'vitals', bytes: 9 });
        // S3 tells whole seconds.
        expect(Date.parse(object.storedAt)).toBeGreaterThanOrEqual(startedAt - 2_000);
        expect(Date.parse(object.storedAt)).toBeLessThanOrEqual(Date.now() + 2_000);
        expect(object.storedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      }
    });

    it('P15: holds nothing of another tenant, not even of one whose id begins alike, nor of another category', async () => {
      const mine = tenant();
      await objects().put(named('mine', mine), bytes('x'));
      await objects().put(named('theirs', `${mine}X`), bytes('x'));
      await objects().put(named('theirs', mine.slice(0, -1)), bytes('x'));
      await objects().put({ tenant: mine, category: 'audit_log', name: 'else' }, bytes('x'));
      expect(await all(objects(), named('', mine))).toMatchObject([{ tenant: mine, category: 'vitals', name: 'mine' }]);
      await objects().remove(named('theirs', mine));
      expect(await namesOf(objects(), named('', `${mine}X`))).toEqual(['theirs']);
      await expect(objects().get(named('theirs', mine))).rejects.toMatchObject(NOT_FOUND);
    });

    it('of a tenant that has nothing is empty', async () => {
      expect(await all(objects(), named('a'))).toEqual([]);
    });
  });
}

function concurrency(given: Given): void {
  const objects = (): Objects => given().objects;
  describe('at the same time', () => {
    it('puts of one name leave one of them, whole; who reads meanwhile gets one of them, whole', async () => {
      const object = named('scn_1');
      const contents = Array.from({ length: 12 }, (_, n) => Buffer.alloc(100_000 + n, n + 1));
      const isWhole = (read: Buffer): boolean => contents.some((content) => content.equals(read));
      await objects().put(object, contents[0] as Buffer);
      const other = await given().reopened();
      let writing = true;
      const reading = (async () => {
        const seen: Buffer[] = [];
        while (writing) seen.push(await other.get(object));
        return seen;
      })();
      await Promise.all(contents.map((content) => objects().put(object, content)));
      writing = false;
      const seen = await reading;
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.filter((read) => !isWhole(read))).toEqual([]);
      expect(isWhole(await objects().get(object))).toBe(true);
      expect(await namesOf(objects(), object)).toEqual(['scn_1']);
    });

    it('puts and removals of one name leave a whole object or none', async () => {
      const object = named('scn_1');
      const content = randomBytes(10_000);
      await Promise.all(
        Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? objects().put(object, content) : objects().remove(object))),
      );
      const left = await objects()
        .get(object)
        .catch((fault: { code: string }) => fault.code);
      expect(left === NOT_FOUND.code || (left as Buffer).equals(content)).toBe(true);
      await objects().remove(object);
      expect(await all(objects(), object)).toEqual([]);
    });
  });
}

function theLock(given: Given): void {
  const objects = (): Objects => given().objects;
  describe('P41: a locked object', () => {
    it('can be read, but neither replaced nor removed, by nobody, until its lock ends; then it can', async () => {
      const object = named('entry');
      const content = bytes('locked');
      const lockedUntil = new Date(Date.now() + LOCK_MS);
      await objects().put(object, content, { lockedUntil });
      const others = [objects(), await given().reopened()];
      for (const other of others) {
        await expect(other.put(object, bytes('forged'))).rejects.toMatchObject(LOCKED);
        await expect(other.put(object, bytes('forged'), { lockedUntil })).rejects.toMatchObject(LOCKED);
        await expect(other.put(object, content)).rejects.toMatchObject(LOCKED);
        await expect(other.remove(object)).rejects.toMatchObject(LOCKED);
        expect(await other.get(object)).toEqual(content);
      }
      expect(await namesOf(objects(), object)).toEqual(['entry']);
      await sleep(lockedUntil.getTime() - Date.now() + 1_000);
      await objects().put(object, bytes('another'));
      expect(await objects().get(object)).toEqual(bytes('another'));
      await objects().remove(object);
      await expect(objects().get(object)).rejects.toMatchObject(NOT_FOUND);
    });

    it('may be put again as it is: who lost the answer can ask once more', async () => {
      const object = named('entry');
      const lockedUntil = new Date(Date.now() + LOCK_MS);
      await objects().put(object, bytes('same'), { lockedUntil });
      await objects().put(object, bytes('same'), { lockedUntil });
      const longer = { lockedUntil: new Date(lockedUntil.getTime() + 60_000) };
      await expect(objects().put(object, bytes('same'), longer)).rejects.toMatchObject(LOCKED);
      expect(await objects().get(object)).toEqual(bytes('same'));
    });

    it('takes the place of one that was not locked', async () => {
      const object = named('entry');
      await objects().put(object, bytes('draft'));
      await objects().put(object, bytes('final'), { lockedUntil: new Date(Date.now() + LOCK_MS) });
      await expect(objects().remove(object)).rejects.toMatchObject(LOCKED);
      expect(await objects().get(object)).toEqual(bytes('final'));
    });

    it('leaves its neighbours free', async () => {
      const of = tenant();
      await objects().put(named('a', of), bytes('x'), { lockedUntil: new Date(Date.now() + LOCK_MS) });
      await objects().put(named('a/b', of), bytes('x'));
      await objects().put(named('ab', of), bytes('x'));
      await objects().remove(named('a/b', of));
      await objects().remove(named('ab', of));
      expect(await namesOf(objects(), named('a', of))).toEqual(['a']);
    });

    it('has a lock with a date, or is not put', async () => {
      const object = named('entry');
      const lockedUntil = new Date(NaN);
      await expect(objects().put(object, bytes('x'), { lockedUntil })).rejects.toMatchObject({
        code: 'platform.object_lock',
      });
      expect(await all(objects(), object)).toEqual([]);
    });
  });
}

/** What every object store owes its callers. */
export function objectsConformance(name: string, make: () => Promise<ObjectsUnderTest>): void {
  describe(name, () => {
    let under: ObjectsUnderTest;
    beforeAll(async () => {
      under = await make();
    });
    afterAll(() => under.dispose());

    for (const prove of [theObject, theName, theList, concurrency, theLock]) prove(() => under);
  });
}
