import { z } from 'zod';
import type { Fault } from '@smartscan/kernel';
import type { Context } from '../ports/context.ts';
import { readSettings } from './settings.ts';

const own = z.object({ port: z.coerce.number().int().default(8080), dataDirectory: z.string().default('here') });
const context = {
  name: 'gateway',
  settings: z.object({ idleSeconds: z.coerce.number().int().max(60).default(15) }),
} as unknown as Context;

const failure = (environment: Record<string, string>): Fault => {
  try {
    readSettings(environment, own, [context]);
  } catch (error) {
    return error as Fault;
  }
  throw new Error('nothing was refused');
};

describe('settings', () => {
  it('come from the environment, with defaults, frozen', () => {
    const { own: mine, of } = readSettings(
      { SMARTSCAN_PORT: '81', SMARTSCAN_GATEWAY_IDLE_SECONDS: '9', HOME: '/' },
      own,
      [context],
    );
    expect([mine.port, mine.dataDirectory, of.get('gateway')]).toEqual([81, 'here', { idleSeconds: 9 }]);
    expect(Object.isFrozen(mine)).toBe(true);
  });

  it('are refused all at once, by variable, unknown ones too', () => {
    const { remedy } = failure({
      SMARTSCAN_PORT: 'x',
      SMARTSCAN_GATEWAY_IDLE_SECONDS: '99',
      SMARTSCAN_TYPO: '1',
    }).extras;
    for (const variable of ['SMARTSCAN_PORT', 'SMARTSCAN_GATEWAY_IDLE_SECONDS', 'SMARTSCAN_TYPO'])
      expect(remedy).toContain(variable);
  });

  it('never stand in the error: a value may be a secret in the wrong place', () => {
    const fault = failure({ SMARTSCAN_PORT: 'hunter2-canary', SMARTSCAN_TYPO: 'hunter2-canary' });
    expect(JSON.stringify([fault.message, fault.extras])).not.toContain('hunter2');
  });
});
