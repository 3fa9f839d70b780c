/// <reference types="jest" />
import { randomBytes } from 'node:crypto';

/** What wraps tenant keys; the platform's `KeyWrapper`. */
export interface WrapsKeys {
  readonly wrap: (key: Uint8Array, aad: Uint8Array) => Promise<Buffer>;
  readonly unwrap: (wrapped: Uint8Array, aad: Uint8Array) => Promise<Buffer>;
}

/** What an adapter hands to the suite. */
export interface WrapperUnderTest {
  readonly wrapper: WrapsKeys;
  /** As another process has it: the same root key, opened anew. */
  reopened(): Promise<WrapsKeys>;
  /** Under a root key of its own. */
  stranger(): Promise<WrapsKeys>;
  /** From which byte on every bit of a wrapped key is authenticated; 0 where nothing excuses the adapter. */
  readonly authenticatedFrom: number;
  dispose(): Promise<void>;
}

const KEY_BYTES = 32;
const AAD = Buffer.from('tenant-key wsp_1 1');
const key = (): Buffer => randomBytes(KEY_BYTES);
const MISMATCH = { kind: 'internal', code: 'platform.root_key_mismatch' };

type Given = () => WrapperUnderTest;

function whatItGives(given: Given): void {
  it('unwraps what it wrapped, in this process and in another', async () => {
    const raw = key();
    const wrapped = await given().wrapper.wrap(raw, AAD);
    expect(await given().wrapper.unwrap(wrapped, AAD)).toEqual(raw);
    expect(await (await given().reopened()).unwrap(wrapped, AAD)).toEqual(raw);
  });

  it('leaves the key that it wraps as it was, and gives out one that may be overwritten', async () => {
    const raw = key();
    const before = Buffer.from(raw);
    const wrapped = await given().wrapper.wrap(raw, AAD);
    expect(raw).toEqual(before);
    (await given().wrapper.unwrap(wrapped, AAD)).fill(0);
    expect(await given().wrapper.unwrap(wrapped, AAD)).toEqual(before);
  });

  it('P40: what is wrapped shows nothing of the key, and is another every time', async () => {
    const raw = key();
    const wrapped = await Promise.all(Array.from({ length: 8 }, () => given().wrapper.wrap(raw, AAD)));
    expect(new Set(wrapped.map((value) => value.toString('hex'))).size).toBe(8);
    const pieces = [0, 8, 16, 24].map((at) => raw.subarray(at, at + 8));
    for (const value of wrapped) for (const piece of pieces) expect(value.includes(piece)).toBe(false);
  });

  it('wraps many at once', async () => {
    const keys = Array.from({ length: 64 }, key);
    const wrapped = await Promise.all(keys.map((raw) => given().wrapper.wrap(raw, AAD)));
    expect(await Promise.all(wrapped.map((value) => given().wrapper.unwrap(value, AAD)))).toEqual(keys);
  });
}

function whatItRefuses(given: Given): void {
  const refuses = (wrapped: Uint8Array, aad: Uint8Array): Promise<void> =>
    expect(given().wrapper.unwrap(wrapped, aad)).rejects.toMatchObject(MISMATCH);

  it('P15: unwraps nothing for another tenant or version: the additional data must be the same to the bit', async () => {
    const wrapped = await given().wrapper.wrap(key(), AAD);
    const others = [
      Buffer.from('tenant-key wsp_2 1'),
      Buffer.from('tenant-key wsp_1 2'),
      Buffer.from('TENANT-KEY wsp_1 1'),
      Buffer.concat([AAD, Buffer.alloc(1)]),
      AAD.subarray(0, AAD.length - 1),
      Buffer.alloc(0),
    ];
    for (const other of others) await refuses(wrapped, other);
  });

  it('binds additional data that is no text, and the empty one', async () => {
    for (const aad of [Buffer.alloc(0), Buffer.from([0, 255, 0, 10, 13, 128]), randomBytes(200)]) {
      const raw = key();
      const wrapped = await given().wrapper.wrap(raw, aad);
      expect(await given().wrapper.unwrap(wrapped, aad)).toEqual(raw);
      await refuses(wrapped, AAD);
    }
  });

  it('unwraps nothing that another root key wrapped', async () => {
    await refuses(await (await given().stranger()).wrap(key(), AAD), AAD);
  });

  it('unwraps nothing that was changed in any byte', async () => {
    const wrapped = await given().wrapper.wrap(key(), AAD);
    for (let at = given().authenticatedFrom; at < wrapped.length; at += 1) {
      const changed = Buffer.from(wrapped);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      await refuses(changed, AAD);
    }
  });

  it('unwraps nothing that is empty, cut off, longer, or never was a key', async () => {
    const wrapped = await given().wrapper.wrap(key(), AAD);
    await refuses(Buffer.alloc(0), AAD);
    await refuses(wrapped.subarray(0, wrapped.length - 1), AAD);
    await refuses(Buffer.concat([wrapped, Buffer.alloc(1)]), AAD);
    await refuses(Buffer.alloc(wrapped.length), AAD);
    await refuses(Buffer.alloc(7_000, 1), AAD);
  });
}

/** What every root key owes to the keys that it wraps. */
export function keyWrapperConformance(name: string, make: () => Promise<WrapperUnderTest>): void {
  describe(name, () => {
    let under: WrapperUnderTest;
    beforeAll(async () => {
      under = await make();
    });
    afterAll(() => under.dispose());

    for (const prove of [whatItGives, whatItRefuses]) prove(() => under);
  });
}
