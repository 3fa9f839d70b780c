/// <reference types="jest" />
import { RECOVERY_MS, within, type Guarantees } from './rig.ts';

const NOT_ADMITTED = 'platform.authorization_not_admitted';
const UNKNOWN = 'platform.authorization_unknown';

/** Facts that the model has no room for: subject, relation, object. */
const INADMISSIBLE = [
  ['a key with a role', 'api_key:x owner workspace:x', NOT_ADMITTED],
  ['staff with a role', 'staff:x admin workspace:x', NOT_ADMITTED],
  ['a relation that only follows', 'user:x members_write workspace:x', NOT_ADMITTED],
  ['everybody', 'user:* viewer workspace:x', NOT_ADMITTED],
  ['an unknown relation', 'user:x training_read workspace:x', UNKNOWN],
  ['an unknown type', 'robot:x owner workspace:x', UNKNOWN],
  ['a name without a type', 'x owner workspace:x', UNKNOWN],
] as const;

const refusesInadmissible: Guarantees = Object.fromEntries(
  INADMISSIBLE.map(([what, fact, code]): [string, Guarantees[string]] => [
    `refuses facts that the model has no room for, and all that is told with them: ${what}`,
    async (rig) => {
      const key = rig.newKey();
      const [subject = '', relation = '', object = ''] = fact.split(' ');
      await expect(rig.add(key, { subject, relation, object })).rejects.toMatchObject({ code });
      expect(await rig.here.check(key)).toBe(false);
    },
  ]),
);

/** What is not done, and what can't be. */
export const refusals: Guarantees = {
  ...refusesInadmissible,

  'refuses a change that both adds and removes a fact': async (rig) => {
    const key = rig.newKey();
    await expect(rig.here.write({ add: [key], remove: [key] })).rejects.toMatchObject({ kind: 'internal' });
  },

  'any error denies and is not remembered; afterwards it answers again by itself': async (rig) => {
    const [before, meanwhile] = [rig.newKey(), rig.newKey()];
    await rig.add(before);
    await rig.under.sever();
    try {
      expect([await rig.here.check(before), rig.here.known(before)]).toEqual([undefined, undefined]);
      await expect(rig.add(meanwhile)).rejects.toMatchObject({ kind: 'unavailable' });
    } finally {
      await rig.under.mend();
    }
    for (const one of [rig.here, rig.elsewhere]) {
      await within(RECOVERY_MS, 'it answers again', async () => (await one.check(before)) === true);
    }
    const isTold = (): Promise<boolean> =>
      rig.add(meanwhile).then(
        () => true,
        () => false,
      );
    await within(RECOVERY_MS, 'facts are taken again', isTold);
    expect(await rig.here.check(meanwhile)).toBe(true);
    await within(RECOVERY_MS, 'changes are heard again', async () => {
      await rig.elsewhere.check(before);
      return rig.elsewhere.known(before) === true;
    });
  },
};
