import { isLoopback, refusePlaintext } from './plaintext.ts';

const SETTING = 'SMARTSCAN_BUCKET_ENDPOINT';
const refusal = (target: Parameters<typeof refusePlaintext>[0]): unknown => {
  try {
    refusePlaintext(target, SETTING);
    return undefined;
  } catch (fault) {
    return fault;
  }
};

describe('P40: encryption can not be switched off', () => {
  it.each([
    'https://s3.eu-west-1.amazonaws.com',
    'HTTPS://kms.us-east-1.amazonaws.com:443/path',
    'smtps://mail.example:465',
    'http://127.0.0.1:9090',
    'http://127.8.9.1',
    'http://localhost:8080',
    'http://LOCALHOST',
    'http://[::1]:9090',
    'http://[::ffff:127.0.0.1]/',
    // The URL standard reads both as 127.0.0.1, and so does whoever connects.
    'http://127.1:9090',
    'http://2130706433',
  ])('%s is let through', (url) => {
    expect(refusal(url)).toBeUndefined();
  });

  it.each([
    'http://s3.eu-west-1.amazonaws.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://example.com#@127.0.0.1',
    'http://127.0.0.1@example.com',
    'http://[::2]',
    'http://[::ffff:10.0.0.1]',
    'http://0.0.0.0:9090',
    'http://10.0.0.1',
    'ftp://example.com',
    'smtp://mail.example:25',
    'postgres://db.example/smartscan',
    '//127.0.0.1',
    'localhost',
    'https//example.com',
    '',
  ])('%j is refused', (url) => {
    expect(refusal(url)).toMatchObject({ kind: 'invalid', code: 'platform.plaintext_refused' });
  });

  it.each([
    ['db.example', true, true],
    ['db.example', false, false],
    ['127.0.0.1', false, true],
    ['::1', false, true],
    ['[::1]', false, true],
    ['localhost', false, true],
    ['localhost.', false, false],
    ['127.1', false, false],
    ['', false, false],
  ])('host %j with tls %j: %j', (host, tls, allowed) => {
    expect(refusal({ host, tls }) === undefined).toBe(allowed);
    if (!tls) expect(isLoopback(host)).toBe(allowed);
  });

  it('the refusal names the setting and nothing of what stood in it', () => {
    const fault = refusal('http://user:CANARY-pw@storage.example/CANARY-path') as Error & { extras: unknown };
    const told = fault.message + JSON.stringify(fault.extras);
    expect(told).toContain(SETTING);
    expect(told).not.toMatch(/CANARY|storage\.example/);
  });
});
