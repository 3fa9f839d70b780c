/// <reference types="jest" />
import { Fault } from '@smartscan/kernel';
import { Reply } from '@smartscan/platform/ports';
import { AHEAD_MAX_BYTES } from './bodies.ts';
import { follow } from './operations.ts';
import { faultOf, settle, someCall, until, type Guarantees } from './rig.ts';

interface Event {
  readonly n: number;
  readonly filling: string;
}

const streamOf =
  (make: (signal: AbortSignal) => AsyncIterable<Event>) => (_input: unknown, call: { signal: AbortSignal }) =>
    Promise.resolve(new Reply(200, make(call.signal)));

async function* count(to: number, filling = ''): AsyncGenerator<Event> {
  for (let n = 0; n < to; n += 1) yield { n, filling };
}

export const events: Guarantees = {
  'events arrive in order, and end with their source': async (rig) => {
    rig.answer(follow, streamOf(() => count(500)) as never);
    const seen: number[] = [];
    for await (const { n } of await rig.follow()) seen.push(n);
    expect(seen).toEqual(Array.from({ length: 500 }, (_, n) => n));
  },

  'an event arrives when it happens, not when the next one does': async (rig) => {
    let tell: (n: number) => void = () => undefined;
    async function* told(): AsyncGenerator<Event> {
      for (;;) yield { n: await new Promise<number>((resolve) => (tell = resolve)), filling: '' };
    }
    rig.answer(follow, streamOf(told) as never);
    const stream = await rig.follow();
    for (const n of [7, 8, 9]) {
      const next = stream.next();
      await settle();
      tell(n);
      expect(await next).toMatchObject({ done: false, value: { n } });
    }
    const last = stream.next().catch(() => undefined);
    tell(10);
    await last;
    await stream.return?.();
    tell(11);
  },

  'a consumer that leaves ends the source': async (rig) => {
    let isLeft = false;
    async function* watched(signal: AbortSignal): AsyncGenerator<Event> {
      try {
        for (let n = 0; !signal.aborted; n += 1) {
          yield { n, filling: '' };
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      } finally {
        isLeft = true;
      }
    }
    rig.answer(follow, streamOf(watched) as never);
    for await (const { n } of await rig.follow()) if (n === 2) break;
    await until('the source is left', () => isLeft);
  },

  'a caller that gives up reaches a source that waits': async (rig) => {
    let given: AbortSignal | undefined;
    async function* waiting(signal: AbortSignal): AsyncGenerator<Event> {
      yield { n: 0, filling: '' };
      given = signal;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }
    rig.answer(follow, streamOf(waiting) as never);
    const aborter = new AbortController();
    const stream = await rig.follow(someCall({ signal: aborter.signal }));
    await stream.next();
    const rest = stream.next().catch(() => undefined);
    await until('the source waits', () => given !== undefined);
    aborter.abort();
    await rest;
    await until('the source is told', () => given?.aborted === true);
  },

  'what goes wrong on the way arrives whole, after the events before it': async (rig) => {
    const thrown = new Fault('conflict', 'audit.ended', 'It ended.', { members: { at: 2 } });
    async function* failing(): AsyncGenerator<Event> {
      yield* count(2);
      throw thrown;
    }
    rig.answer(follow, streamOf(failing) as never);
    const stream = await rig.follow();
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([
      { n: 0, filling: '' },
      { n: 1, filling: '' },
    ]);
    expect({ ...(await faultOf(stream.next())) }).toEqual({ ...thrown });
  },

  'an event that does not fit the contract is our fault': async (rig) => {
    async function* strange(): AsyncGenerator<Event> {
      yield* count(1);
      yield { n: 'canary-4718' as never, filling: '' };
    }
    rig.answer(follow, streamOf(strange) as never);
    const stream = await rig.follow();
    await stream.next();
    const fault = await faultOf(stream.next());
    expect(fault.code).toBe('platform.bad_output');
    expect(JSON.stringify([fault, fault.message])).not.toContain('canary');
  },

  'a fault before the first event is thrown at once': async (rig) => {
    rig.answer(follow, () => Promise.reject(new Fault('not_found', 'audit.no_such', 'There is none.')));
    expect((await faultOf(rig.follow())).code).toBe('audit.no_such');
  },

  'events are made no further ahead of their reader than some buffers hold': async (rig) => {
    const filling = 'x'.repeat(65_536);
    let made = 0;
    async function* heavy(): AsyncGenerator<Event> {
      for (; made < (4 * AHEAD_MAX_BYTES) / filling.length; made += 1) yield { n: made, filling };
    }
    rig.answer(follow, streamOf(heavy) as never);
    const stream = await rig.follow();
    await stream.next();
    await settle();
    await settle();
    expect(made * filling.length).toBeLessThanOrEqual(AHEAD_MAX_BYTES);
    for (let next = await stream.next(); !next.done; next = await stream.next());
    expect(made * filling.length).toBe(4 * AHEAD_MAX_BYTES);
  },
};
