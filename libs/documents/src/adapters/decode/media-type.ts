import type { DocumentMediaType } from '@smartscan/kernel';
import { unsupportedType } from './decode-faults.ts';

type Signature = readonly [DocumentMediaType, readonly (readonly [at: number, text: string])[]];

/** What files begin with: RFC 2083, ISO 10918-1, the GIF89a and WebP specifications, ISO 23008-12 B.4, ISO 32000-1 7.5.2. */
const SIGNATURES: readonly Signature[] = [
  ['image/jpeg', [[0, '\xff\xd8\xff']]],
  ['image/png', [[0, '\x89PNG\r\n\x1a\n']]],
  [
    'image/webp',
    [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  ],
  ['image/gif', [[0, 'GIF87a']]],
  ['image/gif', [[0, 'GIF89a']]],
  ['image/heic', [[4, 'ftypheic']]],
  ['image/heic', [[4, 'ftypheix']]],
  ['image/heic', [[4, 'ftypmif1']]],
  ['application/pdf', [[0, '%PDF-']]],
];

/**
 * What a file is, by its first bytes alone. Nothing else of it, nor of what the caller says, decides what reads it: a file
 * that is two things at once is the one that it begins as.
 *
 * @throws Fault invalid documents.unsupported_type
 */
export const mediaTypeOf = (bytes: Uint8Array): DocumentMediaType => {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const known = SIGNATURES.find(([, parts]) => parts.every(([at, text]) => head.startsWith(text, at)));
  if (known === undefined) throw unsupportedType();
  return known[0];
};
