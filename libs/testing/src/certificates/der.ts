/** Distinguished Encoding Rules (ITU-T X.690), as much as a certificate takes. */
const encode = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([tag]), size(content), content]);

function size({ length }: Uint8Array): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...parts: Uint8Array[]): Buffer => encode(0x30, Buffer.concat(parts));
export const set = (...parts: Uint8Array[]): Buffer => encode(0x31, Buffer.concat(parts));
export const octets = (content: Uint8Array): Buffer => encode(0x04, content);
export const text = (content: string): Buffer => encode(0x0c, Buffer.from(content, 'utf8'));
export const truth = (): Buffer => encode(0x01, Buffer.from([0xff]));

/** Not negative, so that a leading bit needs a byte before it. */
export const integer = (bytes: Uint8Array): Buffer =>
  encode(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));

export const bits = (content: Uint8Array, unused = 0): Buffer =>
  encode(0x03, Buffer.concat([Buffer.from([unused]), content]));

/** `[at]`, with parts in it. */
export const tagged = (at: number, ...parts: Uint8Array[]): Buffer => encode(0xa0 | at, Buffer.concat(parts));
/** `[at]` in place of the type's own tag. */
export const implicit = (at: number, content: Uint8Array): Buffer => encode(0x80 | at, content);

/** `2.5.29.17` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value % 0x80];
  for (let left = Math.floor(value / 0x80); left > 0; left = Math.floor(left / 0x80))
    digits.unshift(0x80 | (left % 0x80));
  return digits;
}

/** UTCTime in whole seconds, as RFC 5280 asks for until 2049: `261123200000Z`. */
export const time = (ms: number): Buffer =>
  encode(0x17, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`, 'latin1'));
