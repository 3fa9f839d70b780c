import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectsConformance } from '@smartscan/testing/objects';
import type { Objects } from '../ports/objects.ts';
import { systemClock } from '../process/ids.ts';
import { fileObjects } from './files.ts';

const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'smartscan-objects-'));
const filesBelow = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

objectsConformance('objects as files', async () => {
  const directory = await newDirectory();
  return {
    objects: await fileObjects(directory, systemClock),
    reopened: () => fileObjects(directory, systemClock),
    holds: async (needle) => {
      for (const path of await filesBelow(directory)) if ((await readFile(path)).includes(needle)) return true;
      return false;
    },
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('objects as files', () => {
  const OBJECT = { tenant: 'wsp_1', category: 'vitals', name: 'day/scn_1' } as const;
  let directory: string;
  let nowMs: number;
  let objects: Objects;
  const reopened = (): Promise<Objects> => fileObjects(directory, { nowMs: () => nowMs });

  beforeEach(async () => {
    directory = await newDirectory();
    nowMs = Date.UTC(2026, 0, 31, 12);
    objects = await reopened();
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('P40: can be read by their owner alone, and no draft stays', async () => {
    await objects.put(OBJECT, Buffer.from('x'));
    const path = join(directory, 'wsp_1', 'vitals', 'day+scn_1');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const folder of ['wsp_1', 'wsp_1/vitals', '.drafts'])
      expect((await stat(join(directory, folder))).mode & 0o777).toBe(0o700);
    expect(await filesBelow(directory)).toEqual([path]);
  });

  it('take time and locks from the clock that they are given', async () => {
    await objects.put(OBJECT, Buffer.from('x'), { lockedUntil: new Date(nowMs + 7 * 86_400_000) });
    for await (const { storedAt } of objects.list(OBJECT)) expect(storedAt).toBe('2026-01-31T12:00:00.000Z');
    nowMs += 7 * 86_400_000 - 1;
    await expect(objects.remove(OBJECT)).rejects.toMatchObject({ code: 'platform.object_locked' });
    nowMs += 1;
    await objects.remove(OBJECT);
  });

  it('that were put just before a lock can not slip past it: changes of one name wait for each other', async () => {
    for (let round = 0; round < 20; round += 1) {
      const object = { ...OBJECT, name: `scn_${round}` };
      const lock = { lockedUntil: new Date(nowMs + 60_000) };
      const plain = Array.from({ length: 4 }, () => objects.put(object, Buffer.from('plain')));
      const final = objects.put(object, Buffer.from('final'), lock);
      const late = Array.from({ length: 4 }, () => objects.put(object, Buffer.from('late')));
      await Promise.allSettled([...plain, final, ...late, objects.remove(object)]);
      expect(await objects.get(object)).toEqual(Buffer.from('final'));
    }
  });

  it('that were cut off, or never were one, are a fault', async () => {
    await objects.put(OBJECT, Buffer.from('x'));
    const path = join(directory, 'wsp_1', 'vitals', 'day+scn_1');
    for (const content of ['', 'SSO1', 'NOPE and then some more bytes']) {
      await writeFile(path, content);
      await expect(objects.get(OBJECT)).rejects.toMatchObject({ kind: 'internal', code: 'platform.object_broken' });
    }
  });

  it('are not read through a link, and what a desktop leaves in a folder is none', async () => {
    await objects.put(OBJECT, Buffer.from('x'));
    await writeFile(join(directory, 'elsewhere'), 'SSO1 and enough bytes for a header');
    const folder = join(directory, 'wsp_1', 'vitals');
    await symlink(join(directory, 'elsewhere'), join(folder, 'link'));
    await expect(objects.get({ ...OBJECT, name: 'link' })).rejects.toMatchObject({ code: 'platform.objects_denied' });
    await rm(join(folder, 'link'));
    await writeFile(join(folder, '.DS_Store'), 'x');
    const names: string[] = [];
    for await (const { name } of objects.list(OBJECT)) names.push(name);
    expect(names).toEqual(['day/scn_1']);
  });

  it('leave no draft of a process that died for longer than an hour, and those of one that lives alone', async () => {
    const [old, young] = [join(directory, '.drafts', 'old'), join(directory, '.drafts', 'young')];
    await writeFile(old, 'x');
    await writeFile(young, 'x');
    const before = Date.now() / 1_000 - 3_601;
    await utimes(old, before, before);
    await reopened();
    expect(await filesBelow(directory)).toEqual([young]);
  });

  it('whose store is gone are a fault that tells no path, and are there again when it is', async () => {
    await objects.put(OBJECT, Buffer.from('x'));
    await rm(join(directory, '.drafts'), { recursive: true });
    const fault: unknown = await objects.put(OBJECT, Buffer.from('y')).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      kind: 'unavailable',
      code: 'platform.objects_unavailable',
      extras: { retryAfterSeconds: 5, members: { cause: 'ENOENT' } },
    });
    expect(String(fault) + JSON.stringify(fault)).not.toContain(directory);
    expect(await objects.get(OBJECT)).toEqual(Buffer.from('x'));
    await mkdir(join(directory, '.drafts'));
    await objects.put(OBJECT, Buffer.from('y'));
    expect(await objects.get(OBJECT)).toEqual(Buffer.from('y'));
  });

  it('in a directory that can not be made are refused at once', async () => {
    const file = join(directory, 'file');
    await writeFile(file, 'x');
    await expect(fileObjects(join(file, 'below'), systemClock)).rejects.toMatchObject({
      code: 'platform.objects_denied',
      extras: { remedy: expect.stringContaining('writable') as string },
    });
  });

  if (process.getuid?.() !== 0) {
    it('in a directory that can not be written to are refused', async () => {
      await chmod(join(directory, '.drafts'), 0o500);
      await expect(objects.put(OBJECT, Buffer.from('x'))).rejects.toMatchObject({ code: 'platform.objects_denied' });
    });
  }
});
