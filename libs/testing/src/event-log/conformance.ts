/// <reference types="jest" />
import type { EventLog } from '@smartscan/platform/ports';
import { chance } from './chance.ts';
import { delivery } from './delivery.ts';
import { parking } from './parking.ts';
import { Rig, type LogUnderTest } from './rig.ts';
import { sharing } from './sharing.ts';

export type { LogUnderTest } from './rig.ts';

/** What every event log owes its callers. Each adapter runs exactly this; `make` opens a log on a store of its own. */
export function eventLogConformance(name: string, make: () => Promise<LogUnderTest>): void {
  describe(name, () => {
    let under: LogUnderTest;
    let log: EventLog;
    beforeAll(async () => {
      under = await make();
      log = under.log;
    });
    // Closes whatever a test left running.
    afterEach(async () => {
      log = await under.restart();
    });
    afterAll(() => under.dispose());

    for (const [title, prove] of Object.entries({ ...delivery, ...parking, ...sharing, ...chance })) {
      it(title, () => prove(new Rig(under, log)));
    }
  });
}
