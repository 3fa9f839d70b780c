import type { KeyObject } from 'node:crypto';
import { createSecretKey, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, open, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { Fault } from '@smartscan/kernel';
import { decrypt, encrypt, ENCRYPT_CHANCE_BYTES, KEY_BYTES } from './envelope.ts';
import type { KeyWrapper } from './keys.ts';

const GROUP_AND_OTHERS = 0o077;

/**
 * The root key of the embedded place: 32 random bytes in a file that only its owner can read, made at first use. It
 * stands in for AWS KMS on one machine: who has this file and the database has everything, who loses it has nothing.
 *
 * Faults: `platform.key_file_exposed`, `platform.key_file_invalid`, `platform.key_file_unavailable`, each with a remedy;
 * from `unwrap`, `platform.root_key_mismatch`.
 */
export async function localKeyFile(path: string): Promise<KeyWrapper> {
  const root = await readRoot(path).catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw unavailable(error, path);
    await makeRoot(path).catch((failure: unknown) => {
      throw unavailable(failure, path);
    });
    return readRoot(path);
  });
  return {
    wrap: async (key, aad) => encrypt(root, randomBytes(ENCRYPT_CHANCE_BYTES), aad, key),
    unwrap: async (wrapped, aad) => unwrapped(root, aad, wrapped),
  };
}

const unwrapped = (root: KeyObject, aad: Uint8Array, wrapped: Uint8Array): Buffer => {
  try {
    return decrypt(root, aad, wrapped);
  } catch {
    throw new Fault('internal', 'platform.root_key_mismatch', 'The root key does not fit the database.', {
      remedy: 'Restore the key file from the backup that belongs to this database.',
    });
  }
};

async function readRoot(path: string): Promise<KeyObject> {
  // A link could lead to a file that somebody else can change. NONBLOCK: opening a pipe would wait for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    await checkFile(file, path);
    // One byte more than a key, so that a longer file shows.
    const { bytesRead, buffer } = await file.read(Buffer.alloc(KEY_BYTES + 1));
    const key = buffer.subarray(0, KEY_BYTES);
    try {
      // All zeros is what a power failure leaves of a file whose content never reached the disk.
      if (bytesRead !== KEY_BYTES || key.every((byte) => byte === 0)) throw invalid(path);
      return createSecretKey(key);
    } finally {
      buffer.fill(0);
    }
  } finally {
    await file.close();
  }
}

const checkFile = async (file: FileHandle, path: string): Promise<void> => {
  const found = await file.stat();
  if (!found.isFile()) throw invalid(path);
  const ours = [0, ownUid(found.uid)].includes(found.uid);
  if (ours && (found.mode & GROUP_AND_OTHERS) === 0) return;
  throw new Fault('invalid', 'platform.key_file_exposed', 'The root key file belongs to or can be read by others.', {
    remedy: `Make it yours alone: chmod 600 ${path}`,
  });
};

/** An account without an entry in passwd is not root's, and what it can open with mode 0600 is its own. */
const ownUid = (otherwise: number): number => {
  try {
    return userInfo().uid;
  } catch {
    return otherwise;
  }
};

/** Written beside and linked into place: a crash leaves a whole key or none, and of two makers the first wins. */
async function makeRoot(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const key = randomBytes(KEY_BYTES);
  try {
    await withFile(draft, 'wx', async (file) => {
      await file.writeFile(key);
      await file.sync();
    });
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    key.fill(0);
    await rm(draft, { force: true });
  }
  await withFile(dirname(path), 'r', (directory) => directory.sync());
}

const withFile = async (path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> => {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
};

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);

const invalid = (path: string): Fault =>
  new Fault('invalid', 'platform.key_file_invalid', 'The root key file does not hold a key of 32 bytes.', {
    remedy: `Restore ${path} from your backup: without it, what is stored can not be read.`,
  });

const unavailable = (error: unknown, path: string): unknown => {
  if (error instanceof Fault) return error;
  // O_NOFOLLOW answers ELOOP to a link.
  if (codeOf(error) === 'ELOOP') return invalid(path);
  return new Fault('unavailable', 'platform.key_file_unavailable', 'The root key file can not be read or made.', {
    remedy: `Make ${path} readable and its directory writable for the user that starts this process.`,
  });
};
