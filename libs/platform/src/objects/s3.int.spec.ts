import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { s3Objects } from './s3.ts';

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * What AWS answers, as its API reference has it: of locks, keys, owners and failures, S3Mock knows nothing. These tests
 * are about what is sent to S3 and what is made of its answers.
 */
let server: Server;
let asked: Asked[];
let answer: (request: Asked, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url: new URL(url, 'http://s3'), headers, body: Buffer.concat(chunks) };
      asked.push(one);
      answer(one, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  asked = [];
  answer = (_, response) => response.end();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const REACHED = {
  bucket: 'cell-objects',
  bucketOwner: '111122223333',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const PATIENCE = { connect: 200, attempt: 400, call: 1_500 };
const s3 = (options: { kmsKey?: string; endpoint?: string } = {}) =>
  s3Objects({
    ...REACHED,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    patience: PATIENCE,
    ...options,
  });
const OBJECT = { tenant: 'wsp_1', category: 'audit_log', name: 'entry/1' } as const;
const CONTENT = Buffer.from('sealed');
const SHA256 = createHash('sha256').update(CONTENT).digest('base64');

const faultOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'no fault',
    (fault: unknown) => fault,
  );
const refuse = (response: ServerResponse, status: number, code: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<Error><Code>${code}</Code><Message>arn:aws:iam::111122223333:role/x may not: CANARY</Message></Error>`,
  );
};

describe('what is asked of S3', () => {
  it('a put carries owner, digest and, where a key is given, encryption under it; it replaces nothing unasked', async () => {
    const kmsKey = 'arn:aws:kms:eu-west-1:111122223333:key/1';
    await s3({ kmsKey }).put(OBJECT, CONTENT);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      method: 'PUT',
      url: { pathname: '/cell-objects/wsp_1/audit_log/entry/1' },
      body: CONTENT,
      headers: {
        'if-none-match': '*',
        'x-amz-expected-bucket-owner': '111122223333',
        'x-amz-checksum-sha256': SHA256,
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': kmsKey,
      },
    });
    expect(Object.keys(asked[0]?.headers ?? {}).filter((name) => name.includes('object-lock'))).toEqual([]);
  });

  it('P41: a put with a lock asks for compliance mode, until a whole second that is not before the one asked for', async () => {
    await s3().put(OBJECT, CONTENT, { lockedUntil: new Date('2033-01-31T12:00:00.001Z') });
    expect(asked[0]?.headers).toMatchObject({
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': '2033-01-31T12:00:01Z',
      'x-amz-checksum-sha256': SHA256,
    });
  });

  it('a replacement is on condition that it is still the one that was seen unlocked', async () => {
    answer = ({ method, headers }, response) => {
      if (method === 'HEAD') response.writeHead(200, { etag: '"seen"' }).end();
      else if (headers['if-none-match']) refuse(response, 412, 'PreconditionFailed');
      else response.end();
    };
    await s3().put(OBJECT, CONTENT);
    expect(asked.map(({ method }) => method)).toEqual(['PUT', 'HEAD', 'PUT']);
    expect(asked[2]?.headers).toMatchObject({ 'if-match': '"seen"' });
    expect(asked[2]?.headers).not.toHaveProperty('if-none-match');
  });

  it('a put whose answer was lost is done when what is there is what was put, lock and all', async () => {
    let puts = 0;
    let until = '2033-01-31T12:00:01Z';
    answer = ({ method }, response) => {
      if (method === 'HEAD')
        response.writeHead(200, {
          etag: '"seen"',
          'x-amz-checksum-sha256': SHA256,
          'x-amz-object-lock-mode': 'COMPLIANCE',
          'x-amz-object-lock-retain-until-date': until,
        });
      if (method === 'HEAD') return void response.end();
      puts += 1;
      if (puts === 1) return void response.destroy();
      refuse(response, 412, 'PreconditionFailed');
    };
    await s3().put(OBJECT, CONTENT, { lockedUntil: new Date('2033-01-31T12:00:01Z') });
    until = '2033-01-31T12:00:00Z';
    expect(await faultOf(s3().put(OBJECT, CONTENT, { lockedUntil: new Date('2033-01-31T12:00:01Z') }))).toMatchObject({
      code: 'platform.object_locked',
    });
  });

  it('a removal goes through all pages of versions, oldest first, and stops where other names begin', async () => {
    const version = (tag: string, key: string, id: string): string =>
      `<${tag}><Key>${key}</Key><VersionId>${id}</VersionId></${tag}>`;
    const key = 'wsp_1/audit_log/entry/1';
    const page = (content: string, more: boolean): string =>
      `<ListVersionsResult><IsTruncated>${more}</IsTruncated><NextKeyMarker>${key}</NextKeyMarker>` +
      `<NextVersionIdMarker>v3</NextVersionIdMarker>${content}</ListVersionsResult>`;
    answer = ({ method, url }, response) => {
      if (method === 'HEAD') return void response.writeHead(404).end();
      if (method === 'DELETE') return void response.writeHead(204).end();
      response.writeHead(200, { 'content-type': 'application/xml' });
      if (url.searchParams.get('version-id-marker') !== 'v3')
        return void response.end(
          page(
            version('DeleteMarker', key, 'mark') + version('Version', key, 'v4') + version('Version', key, 'v3'),
            true,
          ),
        );
      response.end(page(version('Version', key, 'v2') + version('Version', `${key}0`, 'v1'), true));
    };
    await s3().remove(OBJECT);
    const deleted = asked
      .filter(({ method }) => method === 'DELETE')
      .map(({ url }) => url.searchParams.get('versionId'));
    expect(deleted).toEqual(['v2', 'v3', 'v4', 'mark']);
    expect(asked.filter(({ url }) => url.searchParams.has('versions'))).toHaveLength(2);
    for (const { headers } of asked) expect(headers['x-amz-expected-bucket-owner']).toBe('111122223333');
  });

  it('P40: nothing leaves this machine in the clear, wherever the address comes from', async () => {
    const refused = { code: 'platform.plaintext_refused' };
    expect(() => s3({ endpoint: 'http://s3.eu-west-1.amazonaws.com' })).toThrow(
      expect.objectContaining(refused) as Error,
    );
    process.env['AWS_ENDPOINT_URL_S3'] = 'http://192.0.2.1:9000';
    try {
      const misled = s3Objects(REACHED);
      expect(await faultOf(misled.put(OBJECT, CONTENT))).toMatchObject(refused);
      expect(await faultOf(misled.get(OBJECT))).toMatchObject(refused);
    } finally {
      delete process.env['AWS_ENDPOINT_URL_S3'];
    }
  });
});

describe('what S3 answers', () => {
  it.each([
    [403, 'AccessDenied', 'platform.objects_denied', 1],
    [403, 'InvalidAccessKeyId', 'platform.objects_denied', 1],
    [404, 'NoSuchBucket', 'platform.objects_denied', 1],
    [301, 'PermanentRedirect', 'platform.objects_denied', 1],
    [400, 'KMS.DisabledException', 'platform.objects_denied', 1],
    [404, 'NoSuchKey', 'platform.object_not_found', 1],
    [400, 'ExpiredToken', 'platform.objects_unavailable', 1],
    [400, 'RequestTimeout', 'platform.objects_unavailable', 3],
    [500, 'InternalError', 'platform.objects_unavailable', 3],
    [503, 'SlowDown', 'platform.objects_unavailable', 2],
  ])('%d %s is %s after %d tries at least, and nothing of its text is told', async (status, code, ours, tries) => {
    answer = (_, response) => refuse(response, status, code);
    const fault = await faultOf(s3().get(OBJECT));
    expect(fault).toMatchObject({ code: ours });
    expect(String(fault) + JSON.stringify(fault)).not.toMatch(/CANARY|arn:|111122223333|cell-objects|wsp_1/);
    expect(asked.length).toBeGreaterThanOrEqual(tries);
  });

  it('a version that S3 does not let go of, though it told of no lock, is a fault, not a removal', async () => {
    answer = ({ method }, response) => {
      if (method === 'HEAD') return void response.writeHead(200, { etag: '"x"' }).end();
      if (method === 'DELETE') return refuse(response, 403, 'AccessDenied');
      response.end(
        '<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>wsp_1/audit_log/entry/1</Key>' +
          '<VersionId>v1</VersionId></Version></ListVersionsResult>',
      );
    };
    expect(await faultOf(s3().remove(OBJECT))).toMatchObject({ code: 'platform.objects_denied' });
  });

  it('an object that arrives changed is not given out', async () => {
    const headers = { 'x-amz-checksum-sha256': SHA256, 'content-length': '6' };
    answer = (_, response) => response.writeHead(200, headers).end('sealeD');
    expect(await faultOf(s3().get(OBJECT))).toMatchObject({ code: 'platform.objects_unavailable' });
    expect(asked[0]?.headers['x-amz-checksum-mode']).toBe('ENABLED');
    answer = (_, response) => response.writeHead(200, headers).end(CONTENT);
    expect(await s3().get(OBJECT)).toEqual(CONTENT);
  });

  it('an object above the bound is not read', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': String(65 * 1024 * 1024) });
      response.write('x');
    };
    expect(await faultOf(s3().get(OBJECT))).toMatchObject({ code: 'platform.object_too_large' });
  });

  it.each([
    ['says nothing', (_: Asked, __: ServerResponse) => undefined],
    ['hangs up', (_: Asked, response: ServerResponse) => void response.destroy()],
    ['talks nonsense', (_: Asked, response: ServerResponse) => void response.writeHead(500).end('<html>')],
    [
      'stops in the middle of an object',
      (_: Asked, response: ServerResponse) => void response.writeHead(200, { 'content-length': '100' }).write('x'),
    ],
    [
      'hangs up in the middle of an object',
      (_: Asked, response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('x', () => response.destroy());
      },
    ],
  ])('a server that %s is a fault in bounded time, and all is well when it is', async (_, how) => {
    const objects = s3();
    answer = how;
    const startedAt = performance.now();
    expect(await faultOf(objects.get(OBJECT))).toMatchObject({
      kind: 'unavailable',
      code: 'platform.objects_unavailable',
      extras: { retryAfterSeconds: 5 },
    });
    expect(performance.now() - startedAt).toBeLessThan(PATIENCE.call + 500);
    answer = (__, response) => void response.end(CONTENT);
    expect(await objects.get(OBJECT)).toEqual(CONTENT);
  });

  it('nobody there is a fault in bounded time, for every question', async () => {
    const objects = s3({ endpoint: 'http://127.0.0.1:1' });
    const listed = async (): Promise<void> => {
      for await (const _ of objects.list(OBJECT)) throw new Error('nothing can be listed');
    };
    const startedAt = performance.now();
    const attempts = [
      () => objects.put(OBJECT, CONTENT),
      () => objects.get(OBJECT),
      () => objects.remove(OBJECT),
      () => listed(),
    ];
    for (const attempt of attempts)
      expect(await faultOf(attempt())).toMatchObject({ code: 'platform.objects_unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(4 * PATIENCE.call);
  });
});
