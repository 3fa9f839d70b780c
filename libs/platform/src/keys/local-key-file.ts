import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '@smartscan/kernel';
import { decrypt, encrypt, KEY_BYTES } from './envelope.ts';
import type { KeyWrapper } from './keys.ts';

const OTHERS = 0o077;
const NONCE_BYTES = 12;

/**
 * The root key of the embedded place: 32 random bytes in a file that only its owner can read, made on first use. A
 * stand-in for AWS KMS, for one machine: who has the file and the database has everything.
 */
export async function localKeyFile(path: string): Promise<KeyWrapper> {
  const root = await readKey(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return makeKey(path);
    throw error;
  });
  return {
    wrap: (key, aad) => Promise.resolve(encrypt(root, randomBytes(NONCE_BYTES), aad, key)),
    unwrap: (wrapped, aad) => Promise.resolve(decrypt(root, aad, wrapped)),
  };
}

async function readKey(path: string): Promise<Buffer> {
  const { mode } = await stat(path);
  if ((mode & OTHERS) !== 0) {
    throw new Fault('invalid', 'platform.key_file_mode', 'The root key file can be read by others.', {
      remedy: `Make it private: chmod 600 ${path}`,
    });
  }
  const key = await readFile(path);
  if (key.length !== KEY_BYTES) {
    throw new Fault('invalid', 'platform.key_file_length', 'The root key file does not hold a key of 32 bytes.', {
      remedy: `Restore ${path} from your backup. Without it, what was stored can't be read.`,
    });
  }
  return key;
}

/** Written beside and linked into place: a crash leaves a whole key or none, and of two makers one wins. */
async function makeKey(path: string): Promise<Buffer> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(KEY_BYTES));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  const directory = await open(dirname(path), 'r');
  await directory.sync().finally(() => directory.close());
  return readKey(path);
}
