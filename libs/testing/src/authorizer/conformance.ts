/// <reference types="jest" />
import { randomBytes } from 'node:crypto';
import { answers } from './answers.ts';
import { castOf, factsOf, ticketFactsOf } from './cases.ts';
import { changes } from './changes.ts';
import { refusals } from './refusals.ts';
import { Rig, type AuthorizerUnderTest } from './rig.ts';

export type { AuthorizerUnderTest } from './rig.ts';

/** What every authorizer owes its callers. Each adapter runs exactly this; `make` opens one on a store of its own. */
export function authorizerConformance(name: string, make: () => Promise<AuthorizerUnderTest>): void {
  describe(name, () => {
    let rig: Rig;
    beforeAll(async () => {
      const under = await make();
      rig = new Rig(under, castOf(randomBytes(5).toString('hex')), await under.open(), await under.open());
      await rig.add(...factsOf(rig.cast), ...ticketFactsOf(rig.cast));
    });
    afterAll(() => rig.under.dispose());

    for (const [title, prove] of Object.entries({ ...answers, ...changes, ...refusals })) {
      it(title, () => prove(rig));
    }
  });
}
