import { buildHouse, eventually, type House } from '@smartscan/testing';
import type { Database } from '../database/database.ts';
import type { Context } from '../ports/context.ts';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runJobs, type Job } from './schedules.ts';

const idle: Context = {
  name: 'gateway',
  controllers: [],
  providers: [],
  tables: [],
  migrations: pathToFileURL(`${mkdtempSync(join(tmpdir(), 'smartscan-migration-'))}/`),
  listens: [],
  schedules: [],
};

describe('what runs by the clock in two processes', () => {
  let house: House;
  let database: Database;
  beforeAll(async () => {
    house = await buildHouse([idle]);
    database = house.running.databases.get('gateway') as Database;
  });
  afterAll(() => house.stop());

  /** How often each of two processes ran it while the first was at its first run all the time. */
  async function runs(name: string, more: Partial<Job>): Promise<readonly [number, number]> {
    let [one, other] = [0, 0];
    let end = (): void => undefined;
    const first: Job = {
      ...more,
      name,
      everySeconds: 0.05,
      run: () => {
        one += 1;
        return new Promise((resolve) => (end = resolve));
      },
    };
    const second: Job = { ...first, run: async () => void (other += 1) };
    const log = house.platform.log;
    const holding = runJobs([{ ...first, everySeconds: 1_000 }], database, log);
    await eventually(() => one > 0);
    const passing = runJobs([second], database, log);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await passing.stop();
    end();
    await holding.stop();
    return [one, other];
  }

  it("runs each context's own, where two provide a job of the same class", async () => {
    const turns = new Set<string>();
    class Turn {
      constructor(private readonly context: string) {}
      async run(): Promise<void> {
        turns.add(this.context);
      }
    }
    const withTurn = (name: 'gateway' | 'audit'): Context => ({
      ...idle,
      name,
      providers: [{ provide: Turn, useValue: new Turn(name) }],
      schedules: [{ name: 'turn', everySeconds: 0.05, job: Turn }],
    });
    const both = await buildHouse([withTurn('gateway'), withTurn('audit')]);
    await eventually(() => turns.size === 2).finally(() => both.stop());
    expect([...turns].sort()).toEqual(['audit', 'gateway']);
  });

  it('runs in one at a time: the other lets its turn pass', async () => {
    expect(await runs('for_all', {})).toEqual([1, 0]);
  });

  it('runs in each where it is for each, whatever the other does', async () => {
    const [one, other] = await runs('for_each', { inEachProcess: true });
    expect(one).toBe(1);
    expect(other).toBeGreaterThan(2);
  });
});
