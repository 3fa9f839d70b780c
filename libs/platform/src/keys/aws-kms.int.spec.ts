import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { awsKms } from './aws-kms.ts';

/** What AWS answers when something is wrong, as its API reference has it: none of this can be had from a stand-in. */
type Answer = 'hang' | 'drop' | 'nonsense' | { readonly status: number; readonly type: string };

let server: Server;
let answer: Answer;
let asked: { target: string; body: Record<string, unknown> }[];

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
};

beforeAll(async () => {
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      asked.push({ target: String(request.headers['x-amz-target']), body });
      if (answer === 'hang') return;
      if (answer === 'drop') return void request.socket.destroy();
      if (answer === 'nonsense') return void response.end('<html>');
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: answer.type, message: 'User arn:aws:sts::111122223333:x is told no' }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const kms = (endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`) =>
  awsKms({
    keyId: 'alias/root',
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    patience: { connect: 200, attempt: 300, call: 4_000 },
  });
const AAD = Buffer.from([0, 0, 0, 1, 65, 255]);
const faultOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'no fault',
    (fault: unknown) => fault,
  );

describe('what is asked of KMS', () => {
  it('names the root key and the whole additional data, to wrap and to unwrap', async () => {
    answer = { status: 400, type: 'InvalidCiphertextException' };
    await faultOf(kms().wrap(Buffer.alloc(32, 7), AAD));
    await faultOf(kms().unwrap(Buffer.from('wrapped'), AAD));
    const EncryptionContext = { 'smartscan-aad': `1:${AAD.toString('base64')}` };
    expect(asked).toMatchObject([
      { target: 'TrentService.Encrypt', body: { KeyId: 'alias/root', EncryptionContext } },
      { target: 'TrentService.Decrypt', body: { KeyId: 'alias/root', EncryptionContext } },
    ]);
  });

  it('P40: never leaves this machine in the clear, wherever the address comes from', async () => {
    const refused = { code: 'platform.plaintext_refused' };
    expect(() => kms('http://kms.eu-west-1.amazonaws.com')).toThrow(expect.objectContaining(refused) as Error);
    process.env['AWS_ENDPOINT_URL_KMS'] = 'http://192.0.2.1:8080';
    try {
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      const misled = awsKms({ keyId: 'alias/root', region: 'eu-west-1', credentials });
      expect(await faultOf(misled.wrap(Buffer.alloc(32), AAD))).toMatchObject(refused);
    } finally {
      delete process.env['AWS_ENDPOINT_URL_KMS'];
    }
  });
});

describe('what KMS answers', () => {
  it.each([
    [400, 'IncorrectKeyException', 'platform.root_key_mismatch', 1],
    [400, 'InvalidCiphertextException', 'platform.root_key_mismatch', 1],
    [400, 'AccessDeniedException', 'platform.kms_denied', 1],
    [400, 'NotFoundException', 'platform.kms_denied', 1],
    [400, 'DisabledException', 'platform.kms_denied', 1],
    [400, 'KMSInvalidStateException', 'platform.kms_denied', 1],
    [400, 'InvalidKeyUsageException', 'platform.kms_denied', 1],
    [400, 'UnrecognizedClientException', 'platform.kms_denied', 1],
    [400, 'ThrottlingException', 'platform.kms_unavailable', 3],
    [500, 'KMSInternalException', 'platform.kms_unavailable', 3],
    [500, 'KeyUnavailableException', 'platform.kms_unavailable', 3],
    [503, 'DependencyTimeoutException', 'platform.kms_unavailable', 3],
  ])('%d %s is %s after %d tries, and nothing of its text is told', async (status, type, code, tries) => {
    answer = { status, type };
    const fault = await faultOf(kms().unwrap(Buffer.from('wrapped'), AAD));
    expect(fault).toMatchObject({ code });
    expect(String(fault) + JSON.stringify(fault)).not.toMatch(/arn:|111122223333/);
    expect(asked).toHaveLength(tries);
  });

  it.each(['hang', 'drop', 'nonsense'] as const)(
    'a server that gives a %s is a fault in bounded time',
    async (what) => {
      answer = what;
      const startedAt = performance.now();
      expect(await faultOf(kms().wrap(Buffer.alloc(32), AAD))).toMatchObject({
        kind: 'unavailable',
        code: 'platform.kms_unavailable',
        extras: { retryAfterSeconds: 5 },
      });
      expect(performance.now() - startedAt).toBeLessThan(4_500);
    },
  );

  it('nobody there is the same, and it is well again when KMS is', async () => {
    answer = { status: 400, type: 'InvalidCiphertextException' };
    expect(await faultOf(kms('http://127.0.0.1:1').wrap(Buffer.alloc(32), AAD))).toMatchObject({
      code: 'platform.kms_unavailable',
    });
    const client = kms();
    answer = 'drop';
    expect(await faultOf(client.unwrap(Buffer.from('w'), AAD))).toMatchObject({ code: 'platform.kms_unavailable' });
    answer = { status: 400, type: 'InvalidCiphertextException' };
    expect(await faultOf(client.unwrap(Buffer.from('w'), AAD))).toMatchObject({ code: 'platform.root_key_mismatch' });
  });
});
