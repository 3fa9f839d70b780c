import type { Connection } from '@smartscan/platform/embedded';

/** Where the engines listen that one run of the tests on real engines shares. */
export interface TestEngines {
  readonly postgres: Connection;
  readonly brokers: readonly string[];
  /** Where PostgreSQL, the broker and the object store keep what they keep. */
  readonly folders: readonly string[];
  readonly kafkaFolder: string;
  /** Where the first test file that starts a cell tells the others of it. */
  readonly cellFile: string;
  /** Values, a line each, that nothing may keep: see the journeys. */
  readonly canaryFile: string;
  readonly openFga: { readonly url: string; readonly token: string };
  readonly kmsUrl: string;
  readonly s3Url: string;
}

const VARIABLE = 'TEST_ENGINES';

export const shareEngines = (engines: TestEngines): void => {
  process.env[VARIABLE] = JSON.stringify(engines);
};

/** Whether this run of tests has real engines. */
export const hasEngines = (): boolean => process.env[VARIABLE] !== undefined;

/** The engines of this run. Fails where the test was started without them. */
export function testEngines(): TestEngines {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('This test needs real engines: run it with `npm run test:cluster`.');
  return JSON.parse(text) as TestEngines;
}
