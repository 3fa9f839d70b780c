import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DAY_MS } from '@smartscan/kernel';
import { mailConformance } from '@smartscan/testing/mail';
import type { Connection } from '../embedded/postgres/connection.ts';
import { createDatabase } from '../embedded/postgres/databases.ts';
import { Mailbox, MAILBOX_DDL, pruneMailbox } from './mailbox.ts';

/** The server of the whole test run. */
const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;

async function newMailbox(): Promise<pg.Pool> {
  const pool = new pg.Pool({ ...(await createDatabase(superuser, `mail_${randomBytes(5).toString('hex')}`)), max: 4 });
  pool.on('error', () => undefined);
  await pool.query(MAILBOX_DDL);
  return pool;
}

mailConformance('the mailbox table', async () => {
  const pool = await newMailbox();
  const away = new pg.Pool({ ...superuser, port: 1, max: 1 });
  const mailbox = new Mailbox(pool);
  return {
    mail: mailbox,
    receivedBy: (address) => mailbox.sentTo(address),
    away: new Mailbox(away),
    dispose: async () => {
      await Promise.all([pool.end(), away.end()]);
    },
  };
});

describe('the mailbox table', () => {
  const message = { to: 'dana@clinic.example', subject: 'first', text: 'x', id: 'msg_1' };
  let pool: pg.Pool;
  let mailbox: Mailbox;
  beforeEach(async () => {
    pool = await newMailbox();
    mailbox = new Mailbox(pool);
  });
  afterEach(() => pool.end());

  it('keeps a message once, as it was first sent, in the order of sending', async () => {
    await mailbox.send(message);
    await mailbox.send({ ...message, id: 'msg_0', subject: 'second' });
    await mailbox.send({ ...message, subject: 'changed' });
    expect((await mailbox.sentTo(message.to)).map(({ subject }) => subject)).toEqual(['first', 'second']);
  });

  it('P23: forgets what was sent more than 30 days ago, and nothing else', async () => {
    await mailbox.send(message);
    await mailbox.send({ ...message, id: 'msg_2' });
    await pool.query(`UPDATE mail.message SET sent_at = now() - interval '30 days 1 minute' WHERE id = 'msg_1'`);
    await pool.query(
      `UPDATE mail.message SET sent_at = now() - interval '30 days' + interval '1 minute' WHERE id = 'msg_2'`,
    );
    expect(await pruneMailbox(pool)).toBe(1);
    expect((await mailbox.sentTo(message.to)).map(({ id }) => id)).toEqual(['msg_2']);
    expect(await pruneMailbox(pool, DAY_MS)).toBe(1);
    expect(await mailbox.sentTo(message.to)).toEqual([]);
  });

  it('is made once: its declaration may run again at every start', async () => {
    await mailbox.send(message);
    await pool.query(MAILBOX_DDL);
    expect(await mailbox.sentTo(message.to)).toHaveLength(1);
  });

  it('is well again when the database is', async () => {
    await pool.query('ALTER TABLE mail.message RENAME TO away');
    await expect(mailbox.send(message)).rejects.toMatchObject({ code: 'platform.mail_unavailable' });
    await pool.query('ALTER TABLE mail.away RENAME TO message');
    await mailbox.send(message);
    expect(await mailbox.sentTo(message.to)).toHaveLength(1);
  });
});
