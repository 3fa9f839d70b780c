import { createHash } from 'node:crypto';

/** SHA-256 in hexadecimal. A key has 190 bits of chance, so no salt and no slow hash are needed to keep it secret. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret, 'utf8').digest('hex');
