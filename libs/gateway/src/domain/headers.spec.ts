import fc from 'fast-check';
import { bearerToken } from './bearer.ts';
import { mediaTypeOf } from './media-type.ts';
import { prefersAsync } from './preference.ts';

const token = fc.stringMatching(/^[A-Za-z0-9._~-]{1,60}$/);
const blank = fc.constantFrom('', ' ', '  ');

describe('Authorization', () => {
  it('gives the token of a bearer header, whatever the case of the scheme', () => {
    fc.assert(
      fc.property(fc.constantFrom('Bearer', 'bearer', 'BEARER'), token, blank, (scheme, text, after) => {
        expect(bearerToken(`${scheme} ${text}${after}`)).toBe(text);
      }),
    );
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpw', 'Bearerx', 'Bearer a b', 'Bearer é'])(
    'gives nothing for %p',
    (header) => {
      expect(bearerToken(header)).toBeUndefined();
    },
  );
});

describe('Prefer (RFC 7240)', () => {
  it('sees respond-async among other preferences, with parameters and in any case', () => {
    const other = fc.constantFrom('wait=10', 'handling=lenient', 'foo="a, respond-async"', 'return=minimal; x=1');
    const wanted = fc.constantFrom('respond-async', 'Respond-Async', ' respond-async ; x=1');
    fc.assert(
      fc.property(fc.array(other), wanted, fc.array(other), (before, it, after) => {
        expect(prefersAsync([...before, it, ...after].join(','))).toBe(true);
        expect(prefersAsync([...before, ...after].join(','))).toBe(false);
      }),
    );
  });

  it.each([undefined, '', 'respond-asynchronously', 'x=respond-async', '"respond-async"'])(
    'does not see it in %p',
    (header) => {
      expect(prefersAsync(header)).toBe(false);
    },
  );
});

describe('Content-Type', () => {
  it.each([
    ['video/mp4', 'video/mp4'],
    ['Video/MP4; codecs="avc1, mp4a"', 'video/mp4'],
    [' application/json ;charset=UTF-8', 'application/json'],
    ['application/problem+json', 'application/problem+json'],
    ['', undefined],
    ['video', undefined],
    ['video/', undefined],
    ['a/b/c', undefined],
    ['text/ht ml', undefined],
    [undefined, undefined],
  ])('reads %p as %p', (header, type) => {
    expect(mediaTypeOf(header)).toBe(type);
  });
});
