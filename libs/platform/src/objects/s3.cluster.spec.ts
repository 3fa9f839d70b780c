import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { testEngines } from '@smartscan/testing/engines';
import { LockFront, objectsConformance } from '@smartscan/testing/objects';
import type { Objects } from '../ports/objects.ts';
import { s3Objects } from './s3.ts';

const { s3Url, folders } = testEngines();
const REACHED = { region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const admin = new S3Client({ ...REACHED, endpoint: s3Url, forcePathStyle: true });
afterAll(() => admin.destroy());

/** As Terraform makes it in a cell: versioned, with Object Lock. */
async function createBucket(): Promise<string> {
  const Bucket = `objects-${randomBytes(8).toString('hex')}`;
  await admin.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  // On AWS, Object Lock switches it on.
  await admin.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  return Bucket;
}

const openAt = (bucket: string, endpoint: string): Objects & { close(): void } =>
  s3Objects({ ...REACHED, bucket, endpoint, bucketOwner: '111122223333' });

async function holds(folder: string, needle: Buffer): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (
      entry.isFile() &&
      (await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0))).includes(needle)
    )
      return true;
  return false;
}

objectsConformance('objects in S3', async () => {
  const front = await LockFront.open(s3Url);
  const bucket = await createBucket();
  const opened: (Objects & { close(): void })[] = [];
  const open = (): Objects => {
    const objects = openAt(bucket, front.url);
    opened.push(objects);
    return objects;
  };
  return {
    objects: open(),
    reopened: async () => open(),
    holds: async (needle) => {
      for (const folder of folders) if (await holds(join(folder, bucket), needle).catch(() => false)) return true;
      return false;
    },
    dispose: async () => {
      for (const objects of opened) objects.close();
      front.close();
    },
  };
});

describe('objects in S3', () => {
  const object = { tenant: 'wsp_1', category: 'vitals', name: 'scn_1' } as const;
  const KEY = 'wsp_1/vitals/scn_1';
  const closing: { close(): void }[] = [];
  afterEach(() => {
    for (const each of closing.splice(0).reverse()) each.close();
  });
  const opened = <T extends { close(): void }>(what: T): T => {
    closing.push(what);
    return what;
  };

  it('P24: a removal takes every version and every delete mark, and none of a name that begins alike', async () => {
    const bucket = await createBucket();
    const objects = opened(openAt(bucket, s3Url));
    for (let n = 0; n < 25; n += 1) await objects.put(object, Buffer.from(`version ${n}`));
    await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: KEY }));
    await admin.send(new PutObjectCommand({ Bucket: bucket, Key: KEY, Body: 'after the mark' }));
    await objects.put({ ...object, name: 'scn_10' }, Buffer.from('neighbour'));
    await objects.remove(object);
    const left: string[] = [];
    for (const folder of folders)
      for (const entry of await readdir(join(folder, bucket), { recursive: true, withFileTypes: true }).catch(() => []))
        if (entry.isFile()) left.push((await readFile(join(entry.parentPath, entry.name))).toString('latin1'));
    expect(left.filter((content) => /^version \d|^after/.test(content))).toEqual([]);
    expect(left.filter((content) => content === 'neighbour')).toHaveLength(1);
    await expect(objects.get(object)).rejects.toMatchObject({ code: 'platform.object_not_found' });
  });

  it('holds back what would hide a locked version: S3 itself would let another one come before it', async () => {
    const [bucket, front] = [await createBucket(), opened(await LockFront.open(s3Url))];
    const objects = opened(openAt(bucket, front.url));
    await objects.put(object, Buffer.from('locked'), { lockedUntil: new Date(Date.now() + 60_000) });
    const { VersionId } = await admin.send(new HeadObjectCommand({ Bucket: bucket, Key: KEY }));
    const before = front.seen.length;
    await expect(objects.put(object, Buffer.from('forged'))).rejects.toMatchObject({ code: 'platform.object_locked' });
    await expect(objects.remove(object)).rejects.toMatchObject({ code: 'platform.object_locked' });
    const [refused, ...asked] = front.seen.slice(before);
    // The put that S3 was to refuse because something is there; after it, nothing is changed.
    expect(refused).toMatchObject({ method: 'PUT', headers: { 'if-none-match': '*' } });
    expect(asked.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
    expect((await admin.send(new HeadObjectCommand({ Bucket: bucket, Key: KEY }))).VersionId).toBe(VersionId);
  });

  it('is a fault that says what to do where the bucket is not there', async () => {
    const objects = opened(openAt('no-such-bucket-at-all', s3Url));
    const denied = {
      kind: 'internal',
      code: 'platform.objects_denied',
      extras: { members: { cause: 'NoSuchBucket' } },
    };
    await expect(objects.put(object, Buffer.from('x'))).rejects.toMatchObject(denied);
    await expect(objects.get(object)).rejects.toMatchObject(denied);
  });
});
