import { mulberry32 } from '@smartscan/signal';

/** The first part of a file: an upload that broke off. */
export const cutShort = (bytes: Uint8Array, share: number): Uint8Array =>
  bytes.slice(0, Math.floor(bytes.length * share));

/** A file with a share of its bytes, behind the first twentieth, replaced by chance. */
export const scrambled = (bytes: Uint8Array, share: number, seed = 1): Uint8Array => {
  const chance = mulberry32(seed);
  const damaged = bytes.slice();
  const from = Math.floor(bytes.length / 20);
  for (let n = 0; n < bytes.length * share; n++) {
    damaged[from + Math.floor(chance() * (bytes.length - from))] = Math.floor(chance() * 256);
  }
  return damaged;
};

/** Bytes that are no file of any kind. */
export const noise = (length: number, seed = 1): Uint8Array => {
  const chance = mulberry32(seed);
  return Uint8Array.from({ length }, () => Math.floor(chance() * 256));
};
