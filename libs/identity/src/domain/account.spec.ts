import fc from 'fast-check';
import { canonicalEmail, canonicalPassword } from './account.ts';

const address = fc.emailAddress();

describe('an account', () => {
  it('has one email address however it is spelt in upper and lower case', () => {
    fc.assert(
      fc.property(address, fc.array(fc.boolean(), { minLength: 1 }), (email, flips) => {
        const spelt = [...email]
          .map((c, at) => (flips[at % flips.length] ? c.toUpperCase() : c.toLowerCase()))
          .join('');
        expect(canonicalEmail(spelt)).toBe(canonicalEmail(email));
        expect(canonicalEmail(canonicalEmail(email))).toBe(canonicalEmail(email));
      }),
    );
  });

  it('has one password however a keyboard composed its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        expect(canonicalPassword(password.normalize('NFD'))).toBe(canonicalPassword(password.normalize('NFC')));
      }),
    );
  });
});
