import { randomBytes } from 'node:crypto';
import { testEngines } from '@smartscan/testing/engines';
import { eventLogConformance, type LogUnderTest } from '@smartscan/testing/event-log';
import { openTestLog, TEST_SESSION_MS } from './test-log.ts';

async function make(): Promise<LogUnderTest> {
  const options = { brokers: testEngines().brokers, clientId: `conformance-${randomBytes(4).toString('hex')}` };
  let current = openTestLog(options);
  return {
    log: current,
    leaseMs: TEST_SESSION_MS,
    restart: async () => {
      await current.close();
      current = openTestLog(options);
      return current;
    },
    dispose: () => current.close(),
  };
}

eventLogConformance('the event log on Kafka', make);
