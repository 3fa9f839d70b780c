import fc from 'fast-check';
import { API_KEY_CHANCE_BYTES, apiKeyHint, makeApiKey, parseApiKey } from './api-key.ts';
import { REGIONS } from './region.ts';

const chance = fc.uint8Array({ minLength: API_KEY_CHANCE_BYTES, maxLength: API_KEY_CHANCE_BYTES });

describe('API keys', () => {
  it('P31: say their region without any look-up', () => {
    fc.assert(
      fc.property(fc.constantFrom(...REGIONS), chance, (region, bytes) => {
        const key = makeApiKey(region, bytes);
        fc.pre(key !== undefined);
        expect(parseApiKey(key as string)).toEqual({ ok: true, region });
      }),
    );
  });

  it('with one character mistyped are told from real ones by their checksum', () => {
    fc.assert(
      fc.property(chance, fc.nat(), fc.constantFrom(...'0Aaz9'), (bytes, at, other) => {
        const key = makeApiKey('us-east-1', bytes);
        fc.pre(key !== undefined);
        const text = key as string;
        const place = 12 + (at % (text.length - 12));
        fc.pre(text[place] !== other);
        expect(parseApiKey(text.slice(0, place) + other + text.slice(place + 1))).toEqual({ ok: false });
      }),
    );
  });

  it('show too little in their hint to be used', () => {
    const key = makeApiKey('eu-west-1', new Uint8Array(API_KEY_CHANCE_BYTES).fill(61)) as string;
    expect(apiKeyHint(key)).toBe(key.slice(0, 16));
    expect(key.length - apiKeyHint(key).length).toBeGreaterThan(32);
  });

  it('are drawn again where chance gave too few usable bytes', () => {
    expect(makeApiKey('us-east-1', new Uint8Array(API_KEY_CHANCE_BYTES).fill(255))).toBeUndefined();
  });
});
