import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localKeyFile } from './local-key-file.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'smartscan-key-file-'));
  path = join(directory, 'root.key');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const AAD = Buffer.from('tenant-key');

describe('the root key file', () => {
  it('is made at first use: 32 random bytes that only the owner can read, and no draft stays', async () => {
    await localKeyFile(path);
    const { mode, size } = await stat(path);
    expect([mode & 0o777, size]).toEqual([0o600, 32]);
    expect(await readdir(directory)).toEqual(['root.key']);
    await localKeyFile(join(directory, 'second.key'));
    expect(await readFile(path)).not.toEqual(await readFile(join(directory, 'second.key')));
  });

  it('stays as it is, and unwraps tomorrow what it wrapped today', async () => {
    const key = randomBytes(32);
    const wrapped = await (await localKeyFile(path)).wrap(key, AAD);
    const before = await readFile(path);
    expect(await (await localKeyFile(path)).unwrap(wrapped, AAD)).toEqual(key);
    expect(await readFile(path)).toEqual(before);
  });

  it('made by many at once is one', async () => {
    const wrappers = await Promise.all(Array.from({ length: 8 }, () => localKeyFile(path)));
    const key = randomBytes(32);
    const wrapped = await Promise.all(wrappers.map((wrapper) => wrapper.wrap(key, AAD)));
    for (const value of wrapped) expect(await wrappers[0]?.unwrap(value, AAD)).toEqual(key);
    expect(await readdir(directory)).toEqual(['root.key']);
  });

  it('unwraps nothing that was wrapped for something else, or by another root key, or changed', async () => {
    const wrapper = await localKeyFile(path);
    const wrapped = await wrapper.wrap(randomBytes(32), AAD);
    const mismatch = { code: 'platform.root_key_mismatch' };
    await expect(wrapper.unwrap(wrapped, Buffer.from('else'))).rejects.toMatchObject(mismatch);
    await expect((await localKeyFile(`${path}.other`)).unwrap(wrapped, AAD)).rejects.toMatchObject(mismatch);
    wrapped.writeUInt8(wrapped.readUInt8(20) ^ 1, 20);
    await expect(wrapper.unwrap(wrapped, AAD)).rejects.toMatchObject(mismatch);
    await expect(wrapper.unwrap(Buffer.alloc(0), AAD)).rejects.toMatchObject(mismatch);
  });

  it.each([0o644, 0o640, 0o604, 0o660, 0o610])('with mode %o is refused: others could get at it', async (mode) => {
    await writeFile(path, randomBytes(32));
    await chmod(path, mode);
    await expect(localKeyFile(path)).rejects.toMatchObject({ code: 'platform.key_file_exposed' });
  });

  it.each([0, 1, 31, 33, 64, 4096])('of %d bytes is refused, not replaced', async (length) => {
    const content = randomBytes(length);
    await writeFile(path, content, { mode: 0o600 });
    await expect(localKeyFile(path)).rejects.toMatchObject({ code: 'platform.key_file_invalid' });
    expect(await readFile(path)).toEqual(content);
  });

  it('of 32 zeros is refused: it is what a power failure leaves', async () => {
    await writeFile(path, Buffer.alloc(32), { mode: 0o600 });
    await expect(localKeyFile(path)).rejects.toMatchObject({ code: 'platform.key_file_invalid' });
  });

  it('that is a link, a directory or a pipe is refused', async () => {
    await writeFile(join(directory, 'elsewhere'), randomBytes(32), { mode: 0o600 });
    await symlink(join(directory, 'elsewhere'), path);
    await expect(localKeyFile(path)).rejects.toMatchObject({ code: 'platform.key_file_invalid' });
    await rm(path);
    await mkdir(path, { mode: 0o700 });
    await expect(localKeyFile(path)).rejects.toMatchObject({ code: 'platform.key_file_invalid' });
    await rm(path, { recursive: true });
    execFileSync('mkfifo', ['-m', '600', path]);
    await expect(localKeyFile(path)).rejects.toMatchObject({ code: 'platform.key_file_invalid' });
  });

  it('in a directory that is not there is a fault that says what to do', async () => {
    await expect(localKeyFile(join(directory, 'no', 'root.key'))).rejects.toMatchObject({
      code: 'platform.key_file_unavailable',
      extras: { remedy: expect.stringContaining('writable') as string },
    });
  });

  it('that a crash interrupted in the making is made anew', async () => {
    await writeFile(`${path}.0011aabbccdd`, randomBytes(7), { mode: 0o600 });
    await localKeyFile(path);
    expect((await stat(path)).size).toBe(32);
  });

  if (process.getuid?.() === 0) {
    it('that belongs to another user is refused', async () => {
      await localKeyFile(path);
      await chown(path, 65534, 65534);
      await expect(localKeyFile(path)).rejects.toMatchObject({ code: 'platform.key_file_exposed' });
    });
  }
});
