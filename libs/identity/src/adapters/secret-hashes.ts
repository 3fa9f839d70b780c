import { createHash } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import type { Hashes } from '../app/hashes.ts';

/** The promised strength (P05), which is the OWASP Password Storage Cheat Sheet's. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
/** argon2id; the vendor's enum exists at compile time only. */
const ARGON2ID = 2;

export class SecretHashes implements Hashes {
  /**
   * On the thread pool, which works on four at a time unless told otherwise: a rush of sign-ups waits there and takes no
   * more than four times 19 MiB.
   */
  password(password: string): Promise<string> {
    return hash(password, { algorithm: ARGON2ID, memoryCost: MEMORY_KIB, timeCost: PASSES, parallelism: LANES });
  }

  /** Fast and without a salt: a key has 190 bits of chance, so there is nothing to guess. */
  key(secret: string): string {
    return createHash('sha256').update(secret, 'utf8').digest('hex');
  }
}
