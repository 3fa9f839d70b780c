import { allEvents } from '@smartscan/contracts/all';
import { platformEmitted } from '@smartscan/contracts/custody';
import { defineEvent, field, topicOf } from '@smartscan/contracts/event';
import fc from 'fast-check';
import { z } from 'zod';
import { eventsByExport, allContexts } from './contexts.ts';
import { emitsIn } from './emits.ts';
import { ofType, read, shippedSources } from './tree.ts';

const nameOf = (type: string): string => type.split('.')[1] ?? '';
const isPlatforms = (type: string): boolean => platformEmitted.includes(nameOf(type));
const ownEvents = allEvents().filter(({ type }) => !isPlatforms(type));

/** Everything that a project tells, as types of events. */
async function toldBy(projectName: string): Promise<string[]> {
  const events = await eventsByExport();
  const project = ofType('context').find(({ name }) => name === projectName);
  const names = project ? shippedSources(project).flatMap((path) => emitsIn(path)) : [];
  return names.map((name) => events.get(name)?.type ?? name);
}

describe('events', () => {
  it.each(allEvents().map((event) => [event.type, event] as const))(
    '%s belongs to the one owner it is named after',
    (type, event) => {
      expect(type).toMatch(/^[a-z-]+\.[a-z_]+\.v[1-9]\d*$/);
      expect(type.split('.')[0]).toBe(event.owner);
      expect(event.topic).toBe(topicOf(event.owner));
    },
  );

  it('each can be imported by name from its owner’s contracts, and from there only', async () => {
    const exported = [...(await eventsByExport())];
    expect(exported.filter(([name, event]) => !name.startsWith(`${event.owner}:`))).toEqual([]);
    const types = exported.map(([, event]) => event.type).sort();
    expect(types.filter((type) => !isPlatforms(type))).toEqual(ownEvents.map(({ type }) => type).sort());
  });

  it.each(ownEvents.map(({ type, owner }) => [type, owner] as const))(
    '%s is told by its owner',
    async (type, owner) => {
      expect(await toldBy(owner)).toContain(type);
    },
  );

  it.each(ofType('context').map(({ name }) => [name]))('%s tells nothing but what it owns', async (name) => {
    const told = await toldBy(name);
    expect(told.filter((type) => !type.startsWith(`${name}.`) || isPlatforms(type))).toEqual([]);
  });

  it.each(platformEmitted.map((name) => [name]))('the platform tells %s, as it promises for each owner', (name) => {
    const platform = ofType('platform').flatMap(shippedSources).map(read);
    expect(platform.some((text) => text.includes(`.${name}.v`))).toBe(true);
  });

  it('every subscription is to an event that there is', async () => {
    const known = new Set(allEvents());
    for (const context of await allContexts()) {
      const types = context.listens.map(({ contract }) => contract.type);
      expect(context.listens.filter(({ contract }) => !known.has(contract))).toEqual([]);
      expect(new Set(types).size).toBe(types.length);
    }
  });

  it.each(ofType('context').map(({ root, name }) => [root, name]))(
    'the README of %s names what it tells',
    (root, owner) => {
      const names = ownEvents.filter((event) => event.owner === owner).map(({ type }) => nameOf(type));
      expect(names.filter((name) => !read(`${root}/README.md`).includes(name))).toEqual([]);
    },
  );

  it('the search for emitters sees aliases and choices', () => {
    const text = `
      import { a, b as second } from '@smartscan/contracts/x';
      tx.emit(flag ? a : second, {});
      other.emit('message', a);`;
    expect(emitsIn('x.ts', text)).toEqual(['x:a', 'x:b']);
  });
});

/** Fields that could carry something about a person, in the ways in which one would write them. */
const LEAKY: Readonly<Record<string, () => z.ZodType>> = {
  'free text': () => z.string(),
  'short text': () => z.string().max(8),
  'text of one letter': () => z.string().length(1),
  'trimmed text': () => z.string().trim().min(1),
  'text of any pattern': () => z.string().regex(/^.*$/),
  'text of a narrow pattern': () => z.string().regex(/^[A-Z][a-z]+ [A-Z][a-z]+$/),
  email: () => z.email(),
  url: () => z.url(),
  'a date without time, such as a birthday': () => z.iso.date(),
  'an address of a network': () => z.ipv4(),
  'a telephone number': () => z.e164(),
  'base64, which holds anything': () => z.base64(),
  'a measured value': () => z.number(),
  'a fraction': () => z.number().min(0).max(1),
  anything: () => z.any(),
  'anything unknown': () => z.unknown(),
  'a list of text': () => z.array(z.string()),
  'a list of counts, which could be a waveform': () => z.array(z.int()),
  'an object': () => z.object({ text: z.string() }),
  'a map': () => z.record(z.string(), z.string()),
  'a choice with text in it': () => z.union([z.literal('a'), z.string()]),
  'text or nothing': () => z.string().nullable(),
  'text or absent': () => z.string().optional(),
};

const SAFE: Readonly<Record<string, () => z.ZodType>> = {
  workspace_id: () => field.id('workspace'),
  record_id: () => field.anyId(),
  count: () => field.count(),
  age_seconds: () => field.seconds(),
  retained: () => field.flag(),
  at: () => field.instant(),
  plan: () => field.oneOf(['free', 'paid']),
  problem: () => field.name(),
};

let serial = 0;
/** Defines an event; names are used up, so that only the schema can be what is refused. */
const define = (shape: Record<string, z.ZodType>): unknown =>
  defineEvent({
    owner: 'audit',
    name: `canary_${'abcdefghij'[serial % 10]}${(serial += 1)}`,
    version: 1,
    body: z.object(shape),
    key: () => 'key',
    purpose: 'secure_service',
    audit: 'none',
  });

const someSafe = fc
  .subarray(Object.keys(SAFE))
  .map((names) => Object.fromEntries(names.map((name) => [name, (SAFE[name] as () => z.ZodType)()])));

describe('no event can carry protected health information', () => {
  it.each(Object.keys(LEAKY))(
    'P13: an event with a field for %s can not be defined, whatever stands beside it',
    (kind) => {
      fc.assert(
        fc.property(someSafe, fc.stringMatching(/^[a-z_]{1,12}$/), (safe, name) => {
          const shape = { ...safe, [`${name}_x`]: (LEAKY[kind] as () => z.ZodType)() };
          expect(() => define(shape)).toThrow(expect.objectContaining({ code: 'contracts.free_text_in_event' }));
        }),
        { numRuns: 20 },
      );
    },
  );

  it('ids, counts, flags, instants and enums can be told', () => {
    fc.assert(fc.property(someSafe, (safe) => expect(() => define(safe)).not.toThrow()));
  });
});
