import fc from 'fast-check';
import { canonicalJson, decide, parseIdempotencyKey, type KnownRequest } from './idempotency.ts';

const LIMIT_MS = 30_000;
const running: KnownRequest = { state: 'running', fingerprint: 'a', startedMs: 0 };
const finished: KnownRequest = { ...running, state: 'finished' };

describe('Idempotency-Key', () => {
  it('names the same key quoted as a structured string or bare', () => {
    fc.assert(
      fc.property(fc.uuid(), (key) => {
        expect(parseIdempotencyKey(`"${key}"`)).toBe(key);
        expect(parseIdempotencyKey(key)).toBe(key);
      }),
    );
  });

  it('takes every structured string of 1 to 255 printable characters as it is', () => {
    const keys = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    fc.assert(
      fc.property(
        keys.filter((key) => key.trim() !== ''),
        (key) => {
          expect(parseIdempotencyKey(`"${key.replace(/["\\]/g, '\\$&')}"`)).toBe(key);
        },
      ),
    );
  });

  it.each(['', ' ', '""', '"', '"a', 'a"', 'a b', 'a,b', '"a","b"', 'é', '"é"', 'a;b=1', '"   "', 'x'.repeat(256)])(
    'refuses %p as malformed',
    (header) => {
      expect(parseIdempotencyKey(header)).toBeUndefined();
    },
  );
});

describe('a request under a known key', () => {
  it.each([
    ['the same while the first runs', [running, 'a', 1_000], { action: 'running', retryAfterSeconds: 5 }],
    [
      'one not read yet, while the first runs',
      [running, undefined, 1_000],
      { action: 'running', retryAfterSeconds: 5 },
    ],
    [
      'the same shortly before the first one’s time is up',
      [running, 'a', 28_500],
      { action: 'running', retryAfterSeconds: 2 },
    ],
    ['another one while the first runs', [running, 'b', 1_000], { action: 'mismatch' }],
    ['the same when the first one’s time is up', [running, 'a', LIMIT_MS], { action: 'take_over' }],
    ['the same when the first has finished', [finished, 'a', 1_000], { action: 'replay' }],
    ['another one when the first has finished', [finished, 'b', 1_000], { action: 'mismatch' }],
    ['one not read yet, when the first has finished', [finished, undefined, 1_000], { action: 'compare' }],
  ] as const)('%s', (_, [known, fingerprint, nowMs], decision) => {
    expect(decide(known, fingerprint, nowMs, LIMIT_MS)).toEqual(decision);
  });

  it('is never blocked for longer than the operation may last, whatever happened to the first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 * LIMIT_MS }), (ageMs) => {
        const decision = decide(running, 'a', ageMs, LIMIT_MS);
        if (decision.action !== 'running') return expect(ageMs).toBeGreaterThanOrEqual(LIMIT_MS);
        expect(decision.retryAfterSeconds).toBeGreaterThan(0);
        expect(ageMs).toBeLessThan(LIMIT_MS);
      }),
    );
  });
});

describe('canonical JSON', () => {
  const shuffled = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, member]) => [name, shuffled(member)]),
        );

  it('is one text for one value, in whichever order its members came, and JSON of that value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('differs for values that differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        fc.pre(canonicalJson(a) === canonicalJson(b));
        expect(JSON.parse(canonicalJson(a))).toEqual(JSON.parse(canonicalJson(b)));
      }),
      { numRuns: 50, maxSkipsPerRun: 10_000 },
    );
    expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
    expect(canonicalJson({ a: undefined })).toBe(canonicalJson({}));
  });
});
