import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import {
  additionalData,
  decrypt,
  encrypt,
  openRecord,
  pseudonymOf,
  SEAL_CHANCE_BYTES,
  SEAL_OVERHEAD_BYTES,
  sealRecord,
  tenantKeyFrom,
} from './envelope.ts';

const RAW = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const key = tenantKeyFrom(1, Buffer.from(RAW));
const name = fc.string({ minLength: 1, maxLength: 40 });
const place = fc.record({ tenant: name, record: fc.record({ table: name, row: name }) });
const content = fc.uint8Array({ maxLength: 500 });
const PLACE = { tenant: 'wsp_1', record: { table: 'vitals.scan', row: 'scn_1' } };

const seal = (where: typeof PLACE, plaintext: Uint8Array): Buffer =>
  sealRecord(key, where, plaintext, randomBytes(SEAL_CHANCE_BYTES));

const broken = expect.objectContaining({
  kind: 'internal',
  code: 'platform.seal_broken',
  extras: {},
  message: 'A stored value could not be opened.',
});

describe('a sealed record', () => {
  it('opens where it belongs, to the same bytes, and is longer by a constant', () => {
    fc.assert(
      fc.property(place, content, (where, plaintext) => {
        const sealed = seal(where, plaintext);
        expect(sealed).toHaveLength(plaintext.length + SEAL_OVERHEAD_BYTES);
        expect(openRecord(key, where, sealed).equals(plaintext)).toBe(true);
      }),
    );
  });

  it('P15: opens for no other tenant, table or row', () => {
    fc.assert(
      fc.property(place, place, content, (where, other, plaintext) => {
        const { tenant, record } = where;
        const sealed = seal(where, plaintext);
        for (const wrong of [
          { tenant: other.tenant, record },
          { tenant, record: { ...record, table: other.record.table } },
          { tenant, record: { ...record, row: other.record.row } },
        ]) {
          if (JSON.stringify(wrong) === JSON.stringify(where)) continue;
          expect(() => openRecord(key, wrong, sealed)).toThrow(broken);
        }
      }),
    );
  });

  it('opens with no other key and no other version of it', () => {
    const sealed = seal(PLACE, Buffer.from('x'));
    expect(() => openRecord(tenantKeyFrom(1, randomBytes(32)), PLACE, sealed)).toThrow(broken);
    expect(() => openRecord(tenantKeyFrom(2, Buffer.from(RAW)), PLACE, sealed)).toThrow(broken);
  });

  it('with any one bit flipped does not open', () => {
    const sealed = seal(PLACE, Buffer.from('120/80'));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => openRecord(key, PLACE, changed)).toThrow(broken);
    }
  });

  it('cut or lengthened anywhere does not open, and any bytes at all are refused the same way', () => {
    const sealed = seal(PLACE, Buffer.from('120/80'));
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.uint8Array({ minLength: 1, maxLength: 200 }), (length, tail) => {
        expect(() => openRecord(key, PLACE, sealed.subarray(0, length))).toThrow(broken);
        expect(() => openRecord(key, PLACE, Buffer.concat([sealed, tail]))).toThrow(broken);
        expect(() => openRecord(key, PLACE, tail)).toThrow(broken);
      }),
    );
  });

  it('is not made of parts of two others', () => {
    const [a, b] = [seal(PLACE, Buffer.from('120/80')), seal(PLACE, Buffer.from('130/90'))];
    const content = a.length - 12 - 6 - 16;
    expect(() => openRecord(key, PLACE, Buffer.concat([a.subarray(0, content), b.subarray(content)]))).toThrow(broken);
  });

  it('shows nothing of its content, and the same content never looks the same', () => {
    const plaintext = Buffer.from('CANARY-blood-pressure-120/80');
    const [a, b] = [seal(PLACE, plaintext), seal(PLACE, plaintext)];
    expect(a.includes(plaintext)).toBe(false);
    // Apart from format and key version, no 8 bytes in a row are shared.
    for (let offset = 5; offset + 8 <= a.length; offset++)
      expect(b.includes(a.subarray(offset, offset + 8))).toBe(false);
  });

  it('keeps the layout that is written down: format 1, version, nonce, wrapped key, nonce, content', () => {
    const chance = Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(12, 2), Buffer.alloc(12, 3)]);
    const sealed = sealRecord(key, PLACE, Buffer.from('120/80'), chance);
    expect(SEAL_OVERHEAD_BYTES).toBe(93);
    expect(sealed.subarray(0, 17)).toEqual(Buffer.concat([Buffer.from([1, 0, 0, 0, 1]), Buffer.alloc(12, 2)]));
    expect(sealed.subarray(65, 77)).toEqual(Buffer.alloc(12, 3));
    // Frozen: what was sealed by an earlier release has to open in every later one.
    expect(sealed.subarray(17, 65).toString('hex')).toBe(
      '8186e5cdb68dcf5f9897444d48654fd83bbd8c3d85b03dc729ad45633b2213674afcc800918bc9d6aa64aad887b14bc6',
    );
    expect(sealed.subarray(77).toString('hex')).toBe('c95324b5c7b471752e7e135a1f19e28ac80ed1dfd826');
    expect(openRecord(key, PLACE, sealed).toString()).toBe('120/80');
  });
});

describe('key material', () => {
  it('is overwritten after use: the chance of a seal, and the raw tenant key', () => {
    const chance = randomBytes(SEAL_CHANCE_BYTES);
    sealRecord(key, PLACE, Buffer.from('x'), chance);
    expect(chance).toEqual(Buffer.alloc(SEAL_CHANCE_BYTES));
    const raw = randomBytes(32);
    tenantKeyFrom(1, raw);
    expect(raw).toEqual(Buffer.alloc(32));
  });

  it('of wrong length is refused', () => {
    expect(() => encrypt(randomBytes(31), randomBytes(12), Buffer.alloc(0), Buffer.alloc(1))).toThrow();
  });

  it('as bytes or as a key object is the same', () => {
    const raw = randomBytes(32);
    const sealed = encrypt(raw, randomBytes(12), Buffer.from('aad'), Buffer.from('x'));
    expect(decrypt(createSecretKey(raw), Buffer.from('aad'), sealed).toString()).toBe('x');
  });
});

describe('additional data', () => {
  it('differ wherever their parts differ, however these are cut', () => {
    const parts = fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(additionalData(...a).equals(additionalData(...b))).toBe(same);
      }),
    );
    expect(additionalData('ab', 'c')).not.toEqual(additionalData('a', 'bc'));
  });
});

describe('a pseudonym', () => {
  it('is the same for the same tenant, purpose and value, and different for any other', () => {
    const other = tenantKeyFrom(1, randomBytes(32));
    fc.assert(
      fc.property(name, name, name, name, (purpose, value, purpose2, value2) => {
        const here = pseudonymOf(key, purpose, value);
        expect(here).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(pseudonymOf(key, purpose, value)).toBe(here);
        expect(pseudonymOf(other, purpose, value)).not.toBe(here);
        const same = purpose === purpose2 && value === value2;
        expect(pseudonymOf(key, purpose2, value2) === here).toBe(same);
      }),
    );
  });

  it('never changes between releases: rows are found by it', () => {
    expect(pseudonymOf(key, 'subject', 'patient-1')).toBe('ZWOBHyOlgCo0ZomAQzXZiAxMWk2s8c6S5OYnUeyM8cw');
  });
});
