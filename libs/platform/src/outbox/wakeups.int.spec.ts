import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Connection } from '../embedded/postgres/connection.ts';
import { createDatabase } from '../embedded/postgres/databases.ts';
import { PRESENCE_CLASS, Wakeups } from './wakeups.ts';

/** The server of the whole test run. */
const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;
let connection: Connection;
let client: pg.Client;
const open: Wakeups[] = [];

beforeAll(async () => {
  connection = await createDatabase(superuser, 'wakeups');
  client = new pg.Client(connection);
  await client.connect();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((wakeups) => wakeups.close()));
});
afterAll(async () => {
  await client.end();
});

const started = async (): Promise<Wakeups> => {
  const wakeups = new Wakeups({ ...connection, application_name: 'wakeups under test' });
  open.push(wakeups);
  await wakeups.start();
  return wakeups;
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await sleep(2);
  }
};

const connections = async (): Promise<number> => {
  const { rows } = await client.query("SELECT FROM pg_stat_activity WHERE application_name = 'wakeups under test'");
  return rows.length;
};

const isPresent = async (presence: number | undefined): Promise<boolean> => {
  const { rows } = await client.query(
    "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = $2",
    [PRESENCE_CLASS, presence],
  );
  return rows.length > 0;
};

const cut = (): Promise<unknown> =>
  client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wakeups under test'");

it('one connection hears for all listeners, each its own channel', async () => {
  const wakeups = await started();
  const heard: string[] = [];
  for (const channel of ['one', 'two', 'three']) {
    wakeups.subscribe(channel, (payload) => heard.push(`${channel}:${payload}`));
    wakeups.subscribe(channel, (payload) => heard.push(`${channel} again:${payload}`));
  }
  await until(() => heard.length === 6);
  heard.length = 0;
  await client.query("SELECT pg_notify('two', 'hello')");
  await until(() => heard.length === 2);
  expect(heard).toEqual(['two:hello', 'two again:hello']);
  expect(await connections()).toBe(1);
});

it('who subscribes is told to look for itself once its channel is heard, so that nothing is missed before', async () => {
  const wakeups = new Wakeups(connection);
  open.push(wakeups);
  const heard: string[] = [];
  wakeups.subscribe('early', (payload) => heard.push(payload));
  await wakeups.start();
  await until(() => heard.length === 1);
  expect(heard).toEqual(['']);
});

it('who has left hears nothing', async () => {
  const wakeups = await started();
  const heard: string[] = [];
  const leave = wakeups.subscribe('left', (payload) => heard.push(payload));
  wakeups.subscribe('left', (payload) => heard.push(`other ${payload}`));
  await until(() => heard.length === 2);
  leave();
  await client.query("SELECT pg_notify('left', 'x')");
  await until(() => heard.includes('other x'));
  expect(heard).not.toContain('x');
});

it('comes back when its connection is lost and tells every listener to look for itself', async () => {
  const wakeups = await started();
  const heard: string[] = [];
  wakeups.subscribe('kept', (payload) => heard.push(payload));
  await until(() => heard.length === 1);
  const before = wakeups.presence;
  await cut();
  await until(() => heard.length === 2);
  await client.query("SELECT pg_notify('kept', 'after')");
  await until(() => heard.includes('after'));
  expect(heard).toEqual(['', '', 'after']);
  expect(wakeups.presence).not.toBe(before);
  expect([await isPresent(before), await isPresent(wakeups.presence)]).toEqual([false, true]);
});

it('its presence goes with it', async () => {
  const wakeups = await started();
  const { presence } = wakeups;
  expect(await isPresent(presence)).toBe(true);
  await wakeups.close();
  expect(wakeups.presence).toBeUndefined();
  await until(async () => !(await isPresent(presence)));
  expect(await connections()).toBe(0);
});

it('waits for a server that is not there yet, and can be closed meanwhile', async () => {
  const wakeups = new Wakeups({ ...connection, database: 'not_yet' });
  open.push(wakeups);
  let stands = false;
  const starting = wakeups.start().then(() => {
    stands = true;
  });
  await sleep(200);
  expect(stands).toBe(false);
  await createDatabase(superuser, 'not_yet');
  await starting;
  const absent = new Wakeups({ ...connection, port: 1 });
  const hopeless = absent.start();
  await absent.close();
  await hopeless;
});

it('refuses a channel that would have to be quoted', async () => {
  const wakeups = await started();
  expect(() => wakeups.subscribe('x; DROP TABLE y', () => undefined)).toThrow(RangeError);
});
