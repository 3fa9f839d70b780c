/** What is stored in place of a secret: neither can be turned back. */
export interface Hashes {
  /** Slow on purpose; argon2id in PHC form (P05). */
  password(password: string): Promise<string>;
  /** SHA-256 in hexadecimal: a key is found by it. */
  key(secret: string): string;
}
