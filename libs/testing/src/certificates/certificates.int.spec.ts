import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueFor, makeAuthority } from './certificates.ts';

describe('certificates for development and tests', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smartscan-certificates-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are P-256, signed by their authority, named as asked, and end when asked', async () => {
    const authority = await makeAuthority({ name: 'Test' });
    const files = await issueFor(authority, 'vitals', join(folder, 'vitals'), {
      names: ['vitals.eu.svc'],
      validSeconds: 90,
    });
    const ca = new X509Certificate(await readFile(files.ca));
    const issued = new X509Certificate(await readFile(files.certificate));
    const key = createPrivateKey(await readFile(files.key));
    expect(ca.ca && ca.verify(ca.publicKey) && ca.checkIssued(ca)).toBe(true);
    expect(issued.ca).toBe(false);
    expect(issued.verify(ca.publicKey) && issued.checkIssued(ca) && issued.checkPrivateKey(key)).toBe(true);
    expect(issued.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(issued.subjectAltName).toBe('DNS:vitals.smartscan.internal, DNS:vitals.eu.svc');
    expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    const leftMs = Date.parse(issued.validTo) - Date.now();
    expect(leftMs > 80_000 && leftMs <= 90_000).toBe(true);
    expect(Date.parse(issued.validFrom)).toBeLessThan(Date.now());
    const other = await makeAuthority({ name: 'Test' });
    expect(issued.verify(new X509Certificate(other.certificate).publicKey)).toBe(false);
  });

  it('have keys that only their owner can read', async () => {
    const files = await issueFor(await makeAuthority(), 'audit', join(folder, 'audit'));
    expect((await stat(files.key)).mode & 0o777).toBe(0o600);
  });

  it('have a serial number of their own each', async () => {
    const authority = await makeAuthority();
    const serials = new Set<string>();
    for (let n = 0; n < 20; n += 1) {
      const { certificate } = await issueFor(authority, 'audit', join(folder, `serial-${n}`));
      serials.add(new X509Certificate(await readFile(certificate)).serialNumber);
    }
    expect(serials.size).toBe(20);
  });
});
