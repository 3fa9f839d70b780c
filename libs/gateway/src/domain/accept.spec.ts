import fc from 'fast-check';
import { negotiate } from './accept.ts';

const OFFERED = ['application/json', 'application/fhir+json'] as const;

describe('what a caller accepts', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/fhir+json', 'application/fhir+json'],
    ['Application/FHIR+json; fhirVersion=4.0', 'application/fhir+json'],
    ['application/fhir+json, application/problem+json', 'application/fhir+json'],
    ['application/json;q=0.5, application/fhir+json', 'application/fhir+json'],
    ['application/json, application/fhir+json;q=0.9', 'application/json'],
    ['*/*;q=0.1, application/fhir+json', 'application/fhir+json'],
    ['application/json;q=0, */*', 'application/fhir+json'],
    ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json'],
    ['text/csv;x="a,application/json"', undefined],
    ['application/fhir+xml', undefined],
    ['application/json;q=0', undefined],
    ['application/fhir+json;q=0, application/json;q=0.000', undefined],
  ])('%s is answered in %s', (header, expected) => {
    expect(negotiate(header, OFFERED)).toBe(expected);
  });

  it('is never anything that is not offered, whatever is sent', () => {
    const piece = fc.oneof(
      fc.constantFrom(...OFFERED, '*/*', 'application/*', ';q=', ',', ';', '0', '1', '"', '.5'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect([...OFFERED, undefined]).toContain(negotiate(pieces.join(''), OFFERED));
      }),
      { seed: 7 },
    );
  });
});
