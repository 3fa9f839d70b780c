import type pg from 'pg';
import { DAY_MS } from '@smartscan/kernel';
import type { Mail, MailMessage } from '../ports/mail.ts';
import { checkMessage, mailUnavailable } from './message.ts';

/**
 * The mail of the embedded place: nothing leaves the machine, tests and the demo read what would have been sent. It holds
 * addresses and texts, so it has a retention of its own (`pruneMailbox`). Idempotent.
 */
export const MAILBOX_DDL = `
CREATE SCHEMA IF NOT EXISTS mail;
CREATE TABLE IF NOT EXISTS mail.message (
  id text PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY,
  recipient text NOT NULL,
  subject text NOT NULL,
  content text NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS message_recipient ON mail.message (recipient, number);
CREATE INDEX IF NOT EXISTS message_sent_at ON mail.message (sent_at);`;

/** Ours: as long as backups are kept; whoever tries the product looks within a day. */
export const MAIL_KEPT_MS = 30 * DAY_MS;

export interface SentMessage extends MailMessage {
  /** RFC 3339, UTC. */
  readonly sentAt: string;
}

/** A message that is sent again under the same id is the one that is there. Faults: those of the port. */
export class Mailbox implements Mail {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async send(message: MailMessage): Promise<void> {
    checkMessage(message);
    const { id, to, subject, text } = message;
    await this.#pool
      .query(
        'INSERT INTO mail.message (id, recipient, subject, content) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING',
        [id, to, subject, text],
      )
      // The driver's own text is dropped: it quotes values.
      .catch((error: unknown) => {
        throw mailUnavailable(sqlState(error));
      });
  }

  /** What was sent to one address, in the order of sending. Errors: those of `pg`. */
  async sentTo(address: string): Promise<SentMessage[]> {
    const { rows } = await this.#pool.query<{
      id: string;
      recipient: string;
      subject: string;
      content: string;
      sent_at: Date;
    }>('SELECT id, recipient, subject, content, sent_at FROM mail.message WHERE recipient = $1 ORDER BY number', [
      address,
    ]);
    return rows.map(({ id, recipient, subject, content, sent_at: sentAt }) => ({
      id,
      to: recipient,
      subject,
      text: content,
      sentAt: sentAt.toISOString(),
    }));
  }
}

/** Deletes what was sent longer ago; answers how many. */
export async function pruneMailbox(pool: pg.Pool, olderThanMs = MAIL_KEPT_MS): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM mail.message WHERE sent_at < now() - make_interval(secs => $1)', [
    olderThanMs / 1_000,
  ]);
  return rowCount ?? 0;
}

const sqlState = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9]{1,20}$/.test(code) ? code : 'unknown';
};
