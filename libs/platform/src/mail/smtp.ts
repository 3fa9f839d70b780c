import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { Fault } from '@smartscan/kernel';
import { isLoopback } from '../cluster/plaintext.ts';
import type { Mail, MailMessage } from '../ports/mail.ts';
import { checkMessage, isAddress, mailRefused, mailUnavailable } from './message.ts';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte, as on port 465; otherwise STARTTLS, without which nothing is sent. */
  readonly implicitTls?: boolean;
  readonly user?: string;
  readonly password?: string;
  /** One plain address. */
  readonly from: string;
  /** PEM of the authority that the server's certificate must come from; without it, those that the system trusts. */
  readonly ca?: string;
  readonly patience?: SmtpPatience;
}

/** All in milliseconds. */
export interface SmtpPatience {
  /** For the address, the connection and the greeting, each. */
  readonly connect: number;
  /** Between two signs of life. */
  readonly silence: number;
  /** For a message as a whole. */
  readonly send: number;
}

/**
 * Ours, shorter than RFC 5321, 4.5.3.2 (minutes): whoever sends can try again, and a message that was taken after all is
 * known by its Message-ID.
 */
const PATIENCE: SmtpPatience = { connect: 5_000, silence: 10_000, send: 30_000 };
/** Ours: a notice takes some 100 ms; two connections send a thousand in a minute. */
const CONNECTIONS = 2;
/** Ours: a connection that the server drops in the middle is worth another one or two, at once. */
const REQUEUES = 2;
/** Ours: what waits at a server that does not answer, about 1 MB; what comes then is told at once. */
const WAITING = 200;

/** Where a 5xx is about this message: of what comes before them, the server dislikes us. */
const ABOUT_THE_MESSAGE = new Set(['RCPT TO', 'DATA']);

/**
 * Sends by SMTP. Over the network always with TLS and a certificate that names the host (P40); in the clear only to this
 * machine's own loopback, and where a `ca` is given not even there. Plain text, one recipient, never PHI: a mail leaves
 * our systems. The Message-ID follows from the message's id, so that what was sent twice is known as one.
 *
 * Faults: `platform.mail_sender` at once where `from` is no address; then those of the port, and `platform.mail_denied`
 * where the server refuses us.
 */
export function smtpMail(options: SmtpOptions): Mail & { close(): void } {
  const { from, patience = PATIENCE } = options;
  if (!isAddress(from)) throw noSender();
  const transport = createTransport(transportOptions(options, patience));
  // A connection that breaks while nobody uses it is made anew by the next message.
  transport.on('error', () => undefined);
  let waiting = 0;
  const send = async (message: MailMessage): Promise<void> => {
    checkMessage(message);
    if (waiting >= WAITING) throw mailUnavailable('EQUEUE');
    waiting += 1;
    const signal = AbortSignal.timeout(patience.send);
    try {
      await transport.sendMail({ ...mailOf(message, from), signal });
    } catch (error) {
      throw refused(error);
    } finally {
      waiting -= 1;
    }
  };
  return { send, close: () => transport.close() };
}

const transportOptions = (options: SmtpOptions, patience: SmtpPatience) => {
  const { host, port, implicitTls = port === 465, user, password, ca } = options;
  const plain = !implicitTls && ca === undefined && isLoopback(host);
  return {
    pool: true,
    maxConnections: CONNECTIONS,
    maxRequeues: REQUEUES,
    host,
    port,
    secure: implicitTls,
    ...(plain ? { ignoreTLS: true } : { requireTLS: true }),
    tls: {
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    dnsTimeout: patience.connect,
    connectionTimeout: patience.connect,
    greetingTimeout: patience.connect,
    socketTimeout: patience.silence,
    // What a message names is never fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  } as const;
};

const mailOf = ({ to, subject, text, id }: MailMessage, from: string) => ({
  from,
  to,
  envelope: { from, to },
  subject,
  text,
  messageId: `<${id}@${from.slice(from.indexOf('@') + 1)}>`,
  // RFC 3834, 5: nobody's holiday notice comes back.
  headers: { 'Auto-Submitted': 'auto-generated' },
});

/** The server's own text is dropped: it repeats addresses. */
function refused(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code, responseCode = 0, command = '' } = error as { code?: unknown; responseCode?: number; command?: string };
  const cause = typeof code === 'string' && /^[A-Z]{1,20}$/.test(code) ? code : 'unknown';
  if (responseCode < 500 || responseCode > 599) return mailUnavailable(cause);
  if (ABOUT_THE_MESSAGE.has(command)) return mailRefused();
  return new Fault('internal', 'platform.mail_denied', 'The mail server does not let us send.', {
    remedy: 'See that the mail server knows user, password and sender, and offers TLS.',
    members: { cause, smtp_code: responseCode },
  });
}

const noSender = (): Fault =>
  new Fault('invalid', 'platform.mail_sender', 'The sender of all mail is no plain address.', {
    remedy: 'Let SMARTSCAN_SMTP_FROM hold one address and nothing else.',
  });
