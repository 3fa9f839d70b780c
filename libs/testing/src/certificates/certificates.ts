import { createPublicKey, generateKeyPair, hash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bits, implicit, integer, octets, oid, sequence, set, tagged, text, time, truth } from './der.ts';

/** An authority for one test run or one machine: its key is in memory only, so nobody can issue in its name later. */
export interface Authority {
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  readonly key: KeyObject;
}

export interface Validity {
  /** An hour where nothing is said: longer than any run of tests. */
  readonly validSeconds?: number;
  /** Negative: began in the past. A minute ago where nothing is said, as clocks differ. */
  readonly fromSeconds?: number;
}

export interface IssueOptions extends Validity {
  /** More DNS names beside `<name>.smartscan.internal`; or, with `only`, in its place. */
  readonly names?: readonly string[];
  readonly only?: boolean;
}

/** Paths of what was issued, called as cert-manager calls them. */
export interface IssuedFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const HOUR_SECONDS = 3_600;
const OWNER_ONLY = 0o600;
const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;
const makeKeys = promisify(generateKeyPair);

export async function makeAuthority(options: Validity & { readonly name?: string } = {}): Promise<Authority> {
  const { publicKey, privateKey } = await makeKeys('ec', { namedCurve: 'P-256' });
  const name = options.name ?? 'SmartScan development authority';
  const extensions = [
    extension(OID.basicConstraints, sequence(truth()), true),
    // keyCertSign, cRLSign
    extension(OID.keyUsage, bits(Buffer.from([0b0000_0110]), 1), true),
    extension(OID.subjectKeyId, octets(keyId(publicKey))),
  ];
  return {
    name,
    key: privateKey,
    certificate: certificate({ name, publicKey, extensions }, { name, key: privateKey }, options),
  };
}

/** Writes `ca.crt`, `tls.crt` and `tls.key` for a service into a folder, in place of what was there. */
export async function issueFor(
  authority: Authority,
  service: string,
  folder: string,
  options: IssueOptions = {},
): Promise<IssuedFiles> {
  const { publicKey, privateKey } = await makeKeys('ec', { namedCurve: 'P-256' });
  const own = options.only === true ? [] : [`${service}.smartscan.internal`];
  const names = [...own, ...(options.names ?? [])].map((name) => implicit(2, Buffer.from(name, 'latin1')));
  const extensions = [
    // digitalSignature
    extension(OID.keyUsage, bits(Buffer.from([0b1000_0000]), 7), true),
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth), oid(OID.clientAuth))),
    extension(OID.subjectAltName, sequence(...names)),
    extension(OID.subjectKeyId, octets(keyId(publicKey))),
    extension(OID.authorityKeyId, sequence(implicit(0, keyId(createPublicKey(authority.key))))),
  ];
  const issued = certificate({ name: service, publicKey, extensions }, authority, options);
  const files = { ca: join(folder, 'ca.crt'), certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await mkdir(folder, { recursive: true });
  await writeFile(files.ca, authority.certificate);
  await writeFile(files.certificate, issued);
  await writeFile(files.key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: OWNER_ONLY });
  return files;
}

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

/** X.509 version 3 (RFC 5280, section 4.1), as PEM. */
function certificate(
  { name, publicKey, extensions }: Subject,
  issuer: Pick<Authority, 'name' | 'key'>,
  { validSeconds = HOUR_SECONDS, fromSeconds = -60 }: Validity,
): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const fromMs = Date.now() + fromSeconds * 1_000;
  const signed = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    distinguished(issuer.name),
    sequence(time(fromMs), time(Date.now() + validSeconds * 1_000)),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  );
  const der = sequence(signed, algorithm, bits(sign('sha256', signed, issuer.key)));
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`;
}

const distinguished = (name: string): Buffer => sequence(set(sequence(oid(OID.commonName), text(name))));

const extension = (id: string, value: Buffer, isCritical = false): Buffer =>
  sequence(oid(id), ...(isCritical ? [truth()] : []), octets(value));

/** RFC 7093, section 2, method 1: 160 bits of a SHA-256, here of the whole key information. */
const keyId = (publicKey: KeyObject): Buffer =>
  hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'buffer').subarray(0, 20);
