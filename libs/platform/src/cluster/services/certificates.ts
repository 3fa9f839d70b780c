import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, MINUTE_MS } from '@smartscan/kernel';
import type { Log } from '../../ports/log.ts';

/** Paths of PEM files. */
export interface CertificateFiles {
  /** Authorities whose certificates are believed: the cell's own, and beside it the next one while they change. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** As cert-manager lays them out in a secret. */
export const certificateFilesIn = (folder: string): CertificateFiles => ({
  ca: join(folder, 'ca.crt'),
  certificate: join(folder, 'tls.crt'),
  key: join(folder, 'tls.key'),
});

/** What those files hold. */
export interface Material {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Services are called `<name>.smartscan.internal` in their certificates, whatever the host is called that they run on. */
const ZONE = 'smartscan.internal';
export const dnsNameOf = (service: string): string => `${service}.${ZONE}`;

const DNS_NAME = /^DNS:([a-z][a-z0-9-]*)\.smartscan\.internal$/;

/**
 * The services that a certificate speaks for. DNS names, since those are what TLS itself compares when a server shows
 * its certificate: one name serves both sides. A quoted name holds characters that no name of ours has, and could feign
 * the comma between two.
 */
export function servicesIn({ subjectAltName }: X509Certificate): ReadonlySet<string> {
  if (subjectAltName === undefined || subjectAltName.includes('"')) return new Set();
  return new Set(subjectAltName.split(', ').flatMap((name) => DNS_NAME.exec(name)?.[1] ?? []));
}

/** Ours: cert-manager renews when a third of the lifetime is left, hours before the old certificate ends. */
const LOOK_EVERY_MS = MINUTE_MS;

export interface CertificatesOptions {
  readonly files: CertificateFiles;
  readonly log: Log;
  readonly lookEveryMs?: number | undefined;
}

/**
 * The certificate of this process, read again when its files change. Files that don't fit together, as while they are
 * being replaced, change nothing: what was read before stays in use.
 *
 * Faults: `platform.certificate_unreadable`, `platform.certificate_invalid`, both only from the constructor.
 */
export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #listeners = new Set<(material: Material) => void>();
  readonly #timer: NodeJS.Timeout;
  #material: Material;

  constructor(options: CertificatesOptions) {
    this.#options = options;
    const { ca, certificate, key } = options.files;
    this.#material = checked(readAtOnce(ca), readAtOnce(certificate), readAtOnce(key));
    this.#timer = setInterval(() => void this.#look(), options.lookEveryMs ?? LOOK_EVERY_MS);
    this.#timer.unref();
  }

  get material(): Material {
    return this.#material;
  }

  /** The services that it speaks for. */
  get services(): ReadonlySet<string> {
    return servicesIn(new X509Certificate(this.#material.cert));
  }

  /** Answers how to stop listening. */
  onChange(listener: (material: Material) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Compares what the files hold: a secret is mounted through links, whose times say little. */
  async #look(): Promise<void> {
    const { files, log } = this.#options;
    try {
      const [ca, cert, key] = await Promise.all(
        [files.ca, files.certificate, files.key].map((path) => readFile(path, 'utf8')),
      );
      const found = { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
      const { material } = this;
      if (found.ca === material.ca && found.cert === material.cert && found.key === material.key) return;
      this.#material = checked(found.ca, found.cert, found.key);
      for (const listener of this.#listeners) listener(this.#material);
      log.info('services.certificate_changed');
    } catch (error) {
      log.error('services.certificate_not_changed', {
        code: error instanceof Fault ? error.code : 'platform.certificate_unreadable',
      });
    }
  }
}

function readAtOnce(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Fault('invalid', 'platform.certificate_unreadable', `${path} can't be read.`, {
      remedy: 'Mount the secret that holds ca.crt, tls.crt and tls.key of this service.',
    });
  }
}

function checked(ca: string, cert: string, key: string): Material {
  try {
    new X509Certificate(ca);
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return { ca, cert, key };
  } catch {
    // What was tried tells less than the Fault: none of it is a certificate with its key.
  }
  throw new Fault('invalid', 'platform.certificate_invalid', 'Certificate and key are none, or do not fit together.', {
    remedy: 'Have the certificate issued again, with its key.',
  });
}
