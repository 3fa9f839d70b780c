import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault, HOUR_MS, type Clock } from '@smartscan/kernel';
import type { ObjectName, Objects, PutOptions, StoredObject } from '../ports/objects.ts';
import {
  checkSize,
  isName,
  keyOf,
  locked,
  lockEndMs,
  MAX_OBJECT_BYTES,
  notFound,
  objectsUnavailable,
  prefixOf,
  type Drawer,
} from './object-name.ts';

/**
 * A file is a header and the content, so that both are replaced in one step. Header, integers big-endian:
 *
 *   offset  bytes   what
 *   0       4       `SSO1`
 *   4       8       when it was stored, milliseconds since the epoch
 *   12      8       when its lock ends, 0 where it has none
 */
const MARK = Buffer.from('SSO1');
const STORED_AT = 4;
const LOCK_END = 12;
const HEADER_BYTES = 20;

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** No tenant can be called so. */
const DRAFTS = '.drafts';
/** Ours: no put takes a second, so what is this old was left by a process that died. */
const DRAFT_KEPT_MS = HOUR_MS;
/** Stands for `/`: outside the alphabet of names, so names and files correspond one to one. */
const SLASH = '+';
/** Refusals that nobody but the machine's owner can end. */
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ELOOP']);

interface Header {
  readonly storedAtMs: number;
  readonly lockEndMs: number;
  readonly bytes: number;
}

/**
 * Objects as files below a directory, for the embedded place: `tenant/category/name`. Each is whole or not there at all,
 * also when the process is killed or the power fails: written beside, synced, renamed into place.
 *
 * **The lock is a stand-in for S3's Object Lock**, which holds against everybody. This one holds against this code alone:
 * who has the disk can change or remove a locked file. Names that differ in case only are one on some file systems. One
 * process at a time: the database, which is locked for it, lies in the same directory.
 *
 * Faults: `platform.objects_denied` at once where the directory can't be made; then those of the port.
 */
export async function fileObjects(directory: string, clock: Clock): Promise<Objects> {
  const drafts = join(directory, DRAFTS);
  await asked(async () => {
    await mkdir(drafts, { recursive: true, mode: DIRECTORY_MODE });
    await removeOld(drafts);
  });
  return new FileObjects(directory, clock);
}

class FileObjects implements Objects {
  readonly #directory: string;
  readonly #clock: Clock;
  /** The last change of a name that is under way: changes of one name wait for each other, so no lock is overlooked. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  async put(object: ObjectName, content: Uint8Array, options?: PutOptions): Promise<void> {
    const path = this.#pathOf(object);
    checkSize(content.length);
    const lockEnd = lockEndMs(options);
    await this.#inTurn(path, async () => {
      if (await this.#isLocked(path)) {
        // As S3's: the same put again, after an answer that was lost, is no change.
        if (await holdsThis(path, content, lockEnd)) return;
        throw locked();
      }
      await this.#replace(path, content, headerOf(this.#clock.nowMs(), lockEnd));
    });
  }

  async get(object: ObjectName): Promise<Buffer> {
    const path = this.#pathOf(object);
    const content = await asked(() => withFile(path, readContent).catch(ifAbsent(undefined)));
    if (content === undefined) throw notFound();
    return content;
  }

  async remove(object: ObjectName): Promise<void> {
    const path = this.#pathOf(object);
    await this.#inTurn(path, async () => {
      if (await this.#isLocked(path)) throw locked();
      await rm(path, { force: true });
      await syncDirectory(dirname(path)).catch(ifAbsent(undefined));
    });
  }

  async *list(of: Drawer): AsyncIterable<StoredObject> {
    const { tenant, category } = of;
    const folder = join(this.#directory, prefixOf(of));
    const files = await asked(() => readdir(folder).catch(ifAbsent<string[]>([])));
    // What a desktop leaves in every folder is not ours.
    const names = files
      .map((file) => file.replaceAll(SLASH, '/'))
      .filter(isName)
      .sort();
    for (const name of names) {
      const path = this.#pathOf({ tenant, category, name });
      const header = await asked(() => withFile(path, readHeader).catch(ifAbsent(undefined)));
      // Removed since the names were read.
      if (header === undefined) continue;
      yield { tenant, category, name, bytes: header.bytes, storedAt: new Date(header.storedAtMs).toISOString() };
    }
  }

  #pathOf(object: ObjectName): string {
    keyOf(object);
    return join(this.#directory, prefixOf(object), object.name.replaceAll('/', SLASH));
  }

  async #isLocked(path: string): Promise<boolean> {
    const header = await withFile(path, readHeader).catch(ifAbsent(undefined));
    return header !== undefined && header.lockEndMs > this.#clock.nowMs();
  }

  async #replace(path: string, content: Uint8Array, header: Buffer): Promise<void> {
    const draft = join(this.#directory, DRAFTS, randomBytes(12).toString('hex'));
    try {
      const file = await open(draft, 'wx', FILE_MODE);
      try {
        await file.writeFile(header);
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await makeFolder(dirname(path));
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
    await syncDirectory(dirname(path));
  }

  async #inTurn(path: string, change: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(path) ?? Promise.resolve();
    const turn = before.then(() => asked(change));
    const settled = turn.catch(() => undefined);
    this.#turns.set(path, settled);
    try {
      await turn;
    } finally {
      if (this.#turns.get(path) === settled) this.#turns.delete(path);
    }
  }
}

const headerOf = (storedAtMs: number, lockEnd: number): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  MARK.copy(header);
  header.writeBigUInt64BE(BigInt(storedAtMs), STORED_AT);
  header.writeBigUInt64BE(BigInt(lockEnd), LOCK_END);
  return header;
};

async function readHeader(file: FileHandle): Promise<Header> {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  if (bytesRead < HEADER_BYTES || !buffer.subarray(0, MARK.length).equals(MARK)) throw broken();
  return {
    storedAtMs: Number(buffer.readBigUInt64BE(STORED_AT)),
    lockEndMs: Number(buffer.readBigUInt64BE(LOCK_END)),
    bytes: size - HEADER_BYTES,
  };
}

async function readContent(file: FileHandle): Promise<Buffer> {
  const { bytes } = await readHeader(file);
  if (bytes > MAX_OBJECT_BYTES) throw broken();
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, HEADER_BYTES);
  if (bytesRead !== bytes) throw broken();
  return buffer;
}

const holdsThis = (path: string, content: Uint8Array, lockEnd: number): Promise<boolean> =>
  withFile(path, async (file) => {
    if (lockEnd === 0 || (await readHeader(file)).lockEndMs < lockEnd) return false;
    return (await readContent(file)).equals(content);
  });

/** A link could lead out of the directory. */
async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** A folder that was new is only there after a power failure if the one above it was synced. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: DIRECTORY_MODE });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await syncDirectory(dirname(at));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** By the file system's own time: the process that left it may have had another clock. */
async function removeOld(drafts: string): Promise<void> {
  for (const name of await readdir(drafts)) {
    const path = join(drafts, name);
    const found = await stat(path).catch(ifAbsent(undefined));
    if (found !== undefined && Date.now() - found.mtimeMs > DRAFT_KEPT_MS) await rm(path, { force: true });
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);

const ifAbsent =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (codeOf(error) === 'ENOENT') return otherwise;
    throw error;
  };

/** The system's own text is dropped: it holds paths. */
async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = codeOf(error);
    if (!DENIED.has(code)) throw objectsUnavailable(code);
    throw new Fault('internal', 'platform.objects_denied', 'The object store refused what it was asked.', {
      remedy: 'Make the directory of the objects readable and writable for the user that starts this process.',
      members: { cause: code },
    });
  }
}

const broken = (): Fault =>
  new Fault('internal', 'platform.object_broken', 'A stored object is not whole.', {
    remedy: 'Restore the objects from the backup that belongs to this database.',
  });
