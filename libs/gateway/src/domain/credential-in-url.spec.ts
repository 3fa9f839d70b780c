import fc from 'fast-check';
import { holdsCredential } from './credential-in-url.ts';

describe('credentials in URLs', () => {
  it.each([
    '/v1/scans?api_key=x',
    '/v1/scans?apikey=x',
    '/v1/scans?API-Key=x',
    '/v1/scans?limit=1&key=',
    '/v1/scans?token',
    '/v1/scans?access_token=x',
    '/v1/scans?Authorization=Bearer+x',
    '/v1/scans?%61pi_key=x',
    '/v1/scans?x=ssp_live_us_',
    '/v1/scans?x=%73sp_live_eu_abc',
    '/v1/scans/ssp_live_us_abc',
    '/v1/scans/SSP%5Flive_us_abc',
  ])('finds the one in %s', (target) => {
    expect(holdsCredential(target)).toBe(true);
  });

  it.each(['/v1/scans', '/v1/scans?limit=20&cursor=scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F', '/v1/api-keys/key_01?class=admin'])(
    'finds none in %s',
    (target) => {
      expect(holdsCredential(target)).toBe(false);
    },
  );

  it('finds a key wherever it stands and however much of it is percent-encoded, and fails at nothing', () => {
    const encoded = fc
      .array(fc.boolean(), { minLength: 9, maxLength: 9 })
      .map((which) =>
        [...'ssp_live_']
          .map((character, at) => (which[at] ? `%${character.charCodeAt(0).toString(16)}` : character))
          .join(''),
      );
    fc.assert(
      fc.property(encoded, fc.webPath(), fc.webQueryParameters(), (key, path, query) => {
        expect(holdsCredential(`${path}?${query}&x=${key}`)).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.string(), (target) => expect(typeof holdsCredential(target)).toBe('boolean')));
  });
});
