import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { MailMessage } from '../ports/mail.ts';

export interface Certificate {
  /** Both PEM. */
  readonly key: string;
  readonly cert: string;
}

/** A certificate that is its own authority, for `localhost` and 127.0.0.1 unless other names are given. */
export function selfMade(names = 'DNS:localhost,IP:127.0.0.1'): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'smartscan-certificate-'));
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${names}`, '-days', '2'];
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A message as a server took it. */
export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** A real SMTP server on loopback that keeps what it takes. */
export class TestSmtp {
  readonly taken: Taken[] = [];
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true,
      disableReverseLookup: true,
      closeTimeout: 10,
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.taken.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('latin1'),
            secure: session.secure,
            user: session.user,
          });
          done();
        });
      },
      ...options,
    });
    // A client that goes away in the middle is no news.
    this.#server.on('error', () => undefined);
  }

  static async open(options: SMTPServerOptions, port = 0): Promise<TestSmtp> {
    const smtp = new TestSmtp(options);
    smtp.#server.listen(port, '127.0.0.1');
    await once(smtp.#server.server, 'listening');
    return smtp;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  receivedBy(address: string): MailMessage[] {
    return this.taken.filter(({ to }) => to.includes(address)).map(({ raw }) => readMessage(raw));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** What a mail program shows of a message of one part (RFC 5322, 2045, 2047). */
export function readMessage(raw: string): MailMessage {
  const end = raw.indexOf('\r\n\r\n');
  const headers = headersOf(raw.slice(0, end));
  const header = (name: string): string => headers.get(name) ?? '';
  return {
    to: header('to'),
    subject: words(header('subject')),
    text: decoded(raw.slice(end + 4), header('content-transfer-encoding')).replaceAll('\r\n', '\n'),
    id: header('message-id').slice(1).split('@')[0] ?? '',
  };
}

function headersOf(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.replaceAll(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (headers.has(name)) throw new Error(`two headers ${name}`);
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

const decoded = (text: string, encoding: string): string => {
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? quoted(text.replaceAll(/[ \t]*=\r\n/g, (soft) => soft.slice(0, -3))) : text;
};

const quoted = (text: string): string =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** White space between two encoded words belongs to none. */
const words = (text: string): string =>
  text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, kind: string, content: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(content, 'base64').toString('utf8')
        : quoted(content.replaceAll('_', ' ')),
    );
