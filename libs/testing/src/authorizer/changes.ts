/// <reference types="jest" />
import { AT_ONCE_MS, within, type Guarantees } from './rig.ts';

/** What becomes of a decision when a fact changes. */
export const changes: Guarantees = {
  'P17: with the ticket the reading ends at once, in every process': async (rig) => {
    const { named, clinic } = rig.cast;
    const ticket = `support_ticket:${named('short')}`;
    const open = { subject: ticket, relation: 'open_ticket', object: clinic };
    await rig.add(open, { subject: `staff:${named('dan')}`, relation: 'assignee', object: ticket });
    const question = { subject: `staff:${named('dan')}`, relation: 'phi_read_for_support', object: clinic };
    await rig.expectTurned(question, () => rig.remove(open), false);
  },

  'P17: so it does when the ticket is taken from them: a decision ends with any fact that it follows from': async (
    rig,
  ) => {
    const { named, clinic } = rig.cast;
    const ticket = `support_ticket:${named('handed')}`;
    const assigned = { subject: `staff:${named('eve')}`, relation: 'assignee', object: ticket };
    await rig.add(assigned, { subject: ticket, relation: 'open_ticket', object: clinic });
    const question = { subject: `staff:${named('eve')}`, relation: 'phi_read_for_support', object: clinic };
    await rig.expectTurned(question, () => rig.remove(assigned), false);
  },

  'a decision is known without asking from then on, the one for no as well': async (rig) => {
    const [yes, no] = [rig.newKey(), rig.newKey()];
    await rig.add(yes);
    expect([rig.here.known(yes), rig.here.known(no)]).toEqual([undefined, undefined]);
    // The word of our own change may come back to us, and then it is asked once more.
    await within(AT_ONCE_MS, 'both are known', async () => {
      expect([await rig.here.check(yes), await rig.here.check(no)]).toEqual([true, false]);
      return rig.here.known(yes) === true && rig.here.known(no) === false;
    });
  },

  'a fact that is told ends a no at once, in every process': async (rig) => {
    const key = rig.newKey();
    await rig.expectTurned(key, () => rig.add(key), true);
  },

  'a fact that is removed ends a yes at once, in every process': async (rig) => {
    const key = rig.newKey();
    await rig.add(key);
    await rig.expectTurned(key, () => rig.remove(key), false);
  },

  'telling a fact twice and removing what is not there change nothing, together with others or alone': async (rig) => {
    const [first, second, third] = [rig.newKey(), rig.newKey(), rig.newKey()];
    await rig.add(first);
    await rig.add(first, second, first);
    await rig.remove(third);
    for (let time = 0; time < 2; time += 1) await rig.here.write({ add: [first], remove: [second, third] });
    expect([await rig.here.check(first), await rig.here.check(second)]).toEqual([true, false]);
    await rig.here.write({ add: [], remove: [] });
  },

  'takes as many facts at once as there are': async (rig) => {
    const keys = Array.from({ length: 250 }, () => rig.newKey());
    const answers = async () => new Set(await Promise.all(keys.map((key) => rig.here.check(key))));
    await rig.add(...keys);
    expect(await answers()).toEqual(new Set([true]));
    await rig.remove(...keys);
    expect(await answers()).toEqual(new Set([false]));
  },
};
