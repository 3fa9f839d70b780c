/// <reference types="jest" />
import { answers } from './answers.ts';
import { bodies } from './bodies.ts';
import { events } from './events.ts';
import { Rig, type Served, type ServicesUnderTest } from './rig.ts';

export * from './operations.ts';
export { failureOf, faultOf, Rig, settle, someCall, until } from './rig.ts';
export { someWork, type SomeWork } from './some-work.ts';
export { AHEAD_MAX_BYTES, chunksOf } from './bodies.ts';
export type { Served, ServicesUnderTest } from './rig.ts';

/** What every way to other contexts owes its callers. Each adapter runs exactly this; `make` serves what it is given. */
export function servicesConformance(
  name: string,
  make: (served: readonly Served[]) => Promise<ServicesUnderTest>,
): void {
  describe(name, () => {
    const rig = new Rig();
    beforeAll(async () => {
      rig.under = await make(rig.served);
    });
    afterAll(() => rig.under.dispose());

    for (const [title, prove] of Object.entries({ ...answers, ...bodies, ...events })) {
      it(title, () => prove(rig));
    }
  });
}
