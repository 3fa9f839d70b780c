import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  type HeadObjectCommandOutput,
  type ListObjectVersionsCommandInput,
  type ObjectVersion,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { Fault } from '@smartscan/kernel';
import {
  awsClient,
  awsCode,
  awsPasses,
  awsStatus,
  holdToTls,
  type AwsOptions,
  type AwsPatience,
} from '../cluster/aws.ts';
import type { ObjectName, Objects, PutOptions, StoredObject } from '../ports/objects.ts';
import {
  checkSize,
  keyOf,
  locked,
  lockEndMs,
  notFound,
  objectsUnavailable,
  prefixOf,
  type Drawer,
} from './object-name.ts';

export interface S3Options extends AwsOptions {
  readonly bucket: string;
  /** The account that owns the bucket, twelve digits: one of the same name that is somebody else's gets nothing. */
  readonly bucketOwner: string;
  /** ARN of the KMS key under which S3 encrypts what it keeps; without it, the bucket's own default applies. */
  readonly kmsKey?: string;
  readonly patience?: AwsPatience;
}

/** Ours: 64 MiB within a region take about two seconds; a call gets through two attempts that fail as late as they can. */
const PATIENCE: AwsPatience = { connect: 2_000, attempt: 12_000, call: 30_000 };
/** Ours: of writers to one name at the same time, one gets through in each turn; more than a few is a mistake of the caller. */
const TURNS = 32;
const SETTING = 'SMARTSCAN_BUCKET_ENDPOINT';

/**
 * Objects in a bucket of S3's, one for each cell. Bucket: versioned, Object Lock on, no default lock, public access
 * blocked; its lifecycle removes replaced versions after a day. Role: `s3:PutObject`, `PutObjectRetention`, `GetObject`,
 * `GetObjectRetention` (without it S3 tells of no lock, though it holds), `DeleteObject`, `DeleteObjectVersion`,
 * `ListBucket`, `ListBucketVersions`, and `kms:GenerateDataKey` and `kms:Decrypt` for the key.
 *
 * A locked object is held by two: S3 keeps its version against everybody, root included, until the lock ends (compliance
 * mode), and no put or remove here lets another version or a delete mark come before it.
 *
 * Faults: `platform.plaintext_refused` at once; then those of the port, and `platform.objects_denied`.
 */
export function s3Objects(options: S3Options): Objects & { close(): void } {
  const client = new S3Client({
    ...awsClient(options, SETTING, options.patience ?? PATIENCE),
    // A stand-in has no host name for every bucket.
    forcePathStyle: options.endpoint !== undefined,
    // A bucket in another region is a mistake, not a detour (P31).
    followRegionRedirects: false,
  });
  holdToTls(client, SETTING);
  return new S3Objects(client, options);
}

class S3Objects implements Objects {
  readonly #client: S3Client;
  readonly #options: S3Options;
  readonly #bucket: { readonly Bucket: string; readonly ExpectedBucketOwner: string };

  constructor(client: S3Client, options: S3Options) {
    this.#client = client;
    this.#options = options;
    this.#bucket = { Bucket: options.bucket, ExpectedBucketOwner: options.bucketOwner };
  }

  /**
   * Nearly every object is put once, so the first try lets S3 refuse if there is one. Only then is it asked about, and
   * replaced on condition that it is still the one that was not locked.
   */
  async put(object: ObjectName, content: Uint8Array, options?: PutOptions): Promise<void> {
    const key = keyOf(object);
    checkSize(content.length);
    const request = this.#putRequest(key, content, lockEndMs(options));
    let there: HeadObjectCommandOutput | undefined;
    for (let turn = 0; turn < TURNS; turn += 1) {
      if (there !== undefined && isLocked(there)) {
        // An answer that was lost on its way: what is there is what was to be put.
        if (isSame(there, request)) return;
        throw locked();
      }
      const condition = there?.ETag === undefined ? { IfNoneMatch: '*' } : { IfMatch: there.ETag };
      const command = new PutObjectCommand({ ...request, ...condition });
      const done = await this.#ask((signal) => this.#client.send(command, signal), unless(isOvertaken));
      if (done !== undefined) return;
      there = await this.#head(key);
    }
    throw objectsUnavailable('Contention');
  }

  async get(object: ObjectName): Promise<Buffer> {
    const command = new GetObjectCommand({ ...this.#bucket, Key: keyOf(object) });
    const content = await this.#ask(async (signal) => {
      const { Body, ContentLength } = await this.#client.send(command, signal);
      return readWhole(addAbortSignal(signal.abortSignal, Body as Readable), ContentLength ?? -1);
    }, unless(isAbsent));
    if (content === undefined) throw notFound();
    return content;
  }

  /** For good: every version that there is, so that none comes back as the current one on the way. */
  async remove(object: ObjectName): Promise<void> {
    const key = keyOf(object);
    const [there, versions] = await Promise.all([this.#head(key), this.#versions(key)]);
    if (there !== undefined && isLocked(there)) throw locked();
    for (const VersionId of versions) {
      const command = new DeleteObjectCommand({ ...this.#bucket, Key: key, VersionId });
      await this.#ask((signal) => this.#client.send(command, signal), unless(isAbsent));
    }
  }

  async *list(of: Drawer): AsyncIterable<StoredObject> {
    const { tenant, category } = of;
    const prefix = prefixOf(of);
    let next: string | undefined;
    do {
      const command = new ListObjectsV2Command({ ...this.#bucket, Prefix: prefix, ContinuationToken: next });
      const page = await this.#ask((signal) => this.#client.send(command, signal), refuse);
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const storedAt = LastModified?.toISOString() ?? '';
        yield { tenant, category, name: Key.slice(prefix.length), bytes: Size, storedAt };
      }
      next = page.NextContinuationToken;
    } while (next !== undefined);
  }

  close(): void {
    this.#client.destroy();
  }

  #putRequest(key: string, content: Uint8Array, lockEnd: number): PutObjectCommandInput {
    const { kmsKey } = this.#options;
    return {
      ...this.#bucket,
      Key: key,
      Body: content,
      // S3 refuses what arrives with another digest; the SDK refuses, at a get, what comes back with another.
      ChecksumSHA256: createHash('sha256').update(content).digest('base64'),
      ContentType: 'application/octet-stream',
      ...(kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }),
      ...(lockEnd === 0 ? {} : { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(lockEnd) }),
    };
  }

  #head(key: string): Promise<HeadObjectCommandOutput | undefined> {
    const command = new HeadObjectCommand({ ...this.#bucket, Key: key, ChecksumMode: 'ENABLED' });
    return this.#ask((signal) => this.#client.send(command, signal), unless(isAbsent));
  }

  /** The versions of one name, oldest first, then the delete marks. */
  async #versions(key: string): Promise<string[]> {
    const [versions, marks]: [string[], string[]] = [[], []];
    let from: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {};
    for (let more = true; more; ) {
      const command = new ListObjectVersionsCommand({ ...this.#bucket, Prefix: key, ...from });
      const page = await this.#ask((signal) => this.#client.send(command, signal), refuse);
      const { Versions = [], DeleteMarkers = [], IsTruncated = false } = page;
      versions.push(...versionsOf(key, Versions));
      marks.push(...versionsOf(key, DeleteMarkers));
      // Names that only begin alike come after all of this one's.
      more = IsTruncated && [...Versions, ...DeleteMarkers].every(({ Key }) => Key === key);
      from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    return [...versions.reverse(), ...marks];
  }

  /** `otherwise` answers an error that the caller expects, and throws the others. */
  async #ask<T, E>(
    call: (signal: { readonly abortSignal: AbortSignal }) => Promise<T>,
    otherwise: (error: unknown) => E,
  ): Promise<T | E> {
    const { call: withinMs } = this.#options.patience ?? PATIENCE;
    try {
      return await call({ abortSignal: AbortSignal.timeout(withinMs) });
    } catch (error) {
      return otherwise(error);
    }
  }
}

/** By this machine's clock: where it is fast, S3 still refuses to remove the version that it holds. */
const isLocked = ({ ObjectLockRetainUntilDate: until }: HeadObjectCommandOutput): boolean =>
  until !== undefined && until.getTime() > Date.now();

const isSame = (there: HeadObjectCommandOutput, request: PutObjectCommandInput): boolean =>
  there.ChecksumSHA256 === request.ChecksumSHA256 &&
  request.ObjectLockRetainUntilDate !== undefined &&
  (there.ObjectLockRetainUntilDate ?? 0) >= request.ObjectLockRetainUntilDate;

/** Newest first, as S3 lists them. */
const versionsOf = (key: string, listed: readonly ObjectVersion[]): string[] =>
  listed.flatMap(({ Key, VersionId }) => (Key === key && VersionId !== undefined ? [VersionId] : []));

const isAbsent = (error: unknown): boolean => ['NoSuchKey', 'NotFound', 'NoSuchVersion'].includes(awsCode(error));

/** Somebody else put or removed it meanwhile. 404: there is nothing left that `IfMatch` could match. */
const isOvertaken = (error: unknown): boolean =>
  isAbsent(error) || ['PreconditionFailed', 'ConditionalRequestConflict'].includes(awsCode(error));

/** `expected`: what S3 said how many bytes come. What is less is no whole object. */
async function readWhole(body: Readable, expected: number): Promise<Buffer> {
  checkSize(expected);
  const content = Buffer.allocUnsafe(Math.max(expected, 0));
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (bytes + chunk.length > content.length) break;
    chunk.copy(content, bytes);
    bytes += chunk.length;
  }
  if (bytes !== expected) throw objectsUnavailable('IncompleteBody');
  return content;
}

const refuse = (error: unknown): never => {
  throw refused(error);
};

/** `undefined` where the error is one that is expected. */
const unless =
  (isExpected: (error: unknown) => boolean) =>
  (error: unknown): undefined => {
    if (!isExpected(error)) throw refused(error);
  };

/** S3's own text is dropped: it names bucket and key. */
function refused(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = awsCode(error);
  if (awsPasses(error)) return objectsUnavailable(code);
  return new Fault('internal', 'platform.objects_denied', 'The object store refused what it was asked.', {
    remedy:
      'See that the bucket is there, in this region and account, and that the role of this service has its rights.',
    members: { cause: code, status: awsStatus(error) ?? 0 },
  });
}
