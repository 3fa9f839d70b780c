/// <reference types="jest" />
import { asFault, Fault, type FaultKind } from '@smartscan/kernel';
import { Reply, type Call } from '@smartscan/platform/ports';
import { echo, nobody } from './operations.ts';
import { failureOf, faultOf, settle, someCall, until, type EchoInput, type Guarantees } from './rig.ts';

class Thing {
  readonly more = 'not in the contract';
  constructor(
    readonly text: string,
    readonly list: { n: number }[],
  ) {}
  method(): string {
    return this.text;
  }
}

export const answers: Guarantees = {
  'input and output are rebuilt by the contract: no reference, no class, no member beside it crosses': async (rig) => {
    const inputs: EchoInput[] = [];
    const kept = new Thing('from the handler', [{ n: 1 }]);
    rig.answer(echo, (input) => {
      inputs.push(input);
      return Promise.resolve(kept as never);
    });
    const given = { text: 'ünïcode "quotes" \u0000 \n 🙂', list: [{ n: 0.1 }] };
    const output = await rig.services.call(echo, given, someCall());
    expect(inputs).toEqual([given]);
    expect(inputs[0]).not.toBe(given);
    expect(inputs[0]?.list).not.toBe(given.list);
    expect(output).toEqual({ text: 'from the handler', list: [{ n: 1 }] });
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
    output.list.push({ n: 2 });
    expect(kept.list).toEqual([{ n: 1 }]);
  },

  'what the contract fills in is filled in once': async (rig) => {
    rig.answer(echo, (input) => Promise.resolve(input));
    expect(await rig.echo('x')).toEqual({ text: 'x', list: [] });
  },

  'a date where the contract knows text is refused on the way in and on the way out': async (rig) => {
    rig.answer(echo, () => Promise.resolve({ text: new Date(0) as never, list: [] }));
    expect((await faultOf(rig.services.call(echo, { text: new Date(0) as never }, someCall()))).code).toBe(
      'invalid_request',
    );
    expect((await faultOf(rig.echo())).code).toBe('platform.bad_output');
  },

  'the call arrives with everything that it left with': async (rig) => {
    const calls: Call[] = [];
    rig.answer(echo, (input, call) => {
      calls.push(call);
      return Promise.resolve(input);
    });
    const given = someCall({
      tenant: '*',
      actor: { kind: 'system', id: 'retention' },
      purpose: 'enforce_retention',
      requestId: 'req_01JDCW8R5X7Y9Z0A1B2C3D4E5F',
      region: 'eu-west-1',
      respondAsync: true,
      representation: 'application/x-shout+json',
    });
    await rig.echo('x', given);
    expect(calls).toEqual([{ ...given, signal: expect.any(AbortSignal) as AbortSignal }]);
  },

  'status and headers of a reply arrive, and the body that belongs to the status': async (rig) => {
    rig.answer(echo, () => Promise.resolve(new Reply(202, { accepted: 'yes' }, { location: '/v1/things/1' })));
    const reply = await rig.services.stream(echo, { text: 'x' }, someCall(), undefined);
    expect(reply).toEqual(new Reply(202, { accepted: 'yes' }, { location: '/v1/things/1' }));
    rig.answer(echo, (input) => Promise.resolve(input));
    expect((await rig.services.stream(echo, { text: 'x' }, someCall(), undefined)).status).toBe(200);
  },

  'an answer in another form is held to that form, and to nothing else that the contract knows': async (rig) => {
    const shout = { 'Content-Type': 'application/x-shout+json' };
    rig.answer(echo, () => Promise.resolve(new Reply(200, { shout: 'X' }, shout)));
    const reply = await rig.services.stream(echo, { text: 'x' }, someCall(), undefined);
    expect(reply).toEqual(new Reply(200, { shout: 'X' }, shout));
    const strange = { 'Content-Type': 'text/strange' };
    for (const answer of [
      new Reply(200, { text: 'x', list: [] }, shout),
      new Reply(200, { shout: 'X' }),
      new Reply(202, { accepted: 'yes' }, shout),
      new Reply(200, { shout: 'X' }, strange),
    ]) {
      rig.answer(echo, () => Promise.resolve(answer as never));
      expect((await faultOf(rig.echo())).code).toBe('platform.bad_output');
    }
  },

  'many calls at once get each its own answer': async (rig) => {
    rig.answer(echo, async (input) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return input;
    });
    const texts = Array.from({ length: 200 }, (_, n) => `${n} `.repeat(n));
    const outputs = await Promise.all(texts.map((text) => rig.echo(text)));
    expect(outputs.map(({ text }) => text)).toEqual(texts);
  },

  'bad input is refused by the name of its member, never by its value, and no handler hears of it': async (rig) => {
    let heard = 0;
    rig.answer(echo, (input) => {
      heard += 1;
      return Promise.resolve(input);
    });
    const input = { text: 'x', secret: 'canary-4711', strange: 'canary-4712' } as never;
    const fault = await faultOf(rig.services.call(echo, input, someCall()));
    expect({ kind: fault.kind, code: fault.code, heard }).toEqual({
      kind: 'invalid',
      code: 'invalid_request',
      heard: 0,
    });
    expect(fault.extras.members?.['errors']).toContain('/secret: invalid_type');
    expect(JSON.stringify([fault, fault.message])).not.toContain('canary');
  },

  'an answer that does not fit the contract is our fault, and nothing of it is told': async (rig) => {
    rig.answer(echo, () => Promise.resolve({ text: 'canary-4713', list: 'canary-4714' } as never));
    const fault = await faultOf(rig.echo());
    expect({ kind: fault.kind, code: fault.code }).toEqual({ kind: 'internal', code: 'platform.bad_output' });
    rig.answer(echo, () => Promise.resolve(new Reply(418, 'canary-4715' as never)));
    expect((await faultOf(rig.echo())).code).toBe('platform.bad_output');
    expect(JSON.stringify([fault, fault.message])).not.toContain('canary');
  },

  'a fault arrives whole: kind, code, text, status, remedy, members, when to come back': async (rig) => {
    const kinds: FaultKind[] = ['invalid', 'forbidden', 'not_found', 'conflict', 'limited', 'unavailable'];
    for (const kind of kinds) {
      const extras = {
        status: 422,
        remedy: 'Do it “otherwise”.',
        retryAfterSeconds: 7,
        members: { enum: 'a', bound: 3, yes: true, list: ['a', 'b'] },
      };
      const thrown = new Fault(kind, 'audit.conformance', 'It was not to be.', extras);
      rig.answer(echo, () => Promise.reject(thrown));
      const fault = await faultOf(rig.echo());
      expect({ ...fault, message: fault.message, status: fault.status }).toEqual({
        ...thrown,
        message: 'It was not to be.',
        status: 422,
      });
    }
    rig.answer(echo, () => Promise.reject(new Fault('limited', 'audit.bare', 'Bare.')));
    expect((await faultOf(rig.echo())).extras).toEqual({});
  },

  'an error that nobody foresaw is ours, and nothing of it is told': async (rig) => {
    rig.answer(echo, () => Promise.reject(new TypeError('canary-4716')));
    const fault = asFault(await failureOf(rig.echo()));
    expect({ kind: fault.kind, code: fault.code }).toEqual({ kind: 'internal', code: 'internal' });
    expect(JSON.stringify([fault, fault.message])).not.toContain('canary');
  },

  'an operation that nobody serves is unavailable': async (rig) => {
    const fault = await faultOf(rig.services.call(nobody, {}, someCall()));
    expect({ kind: fault.kind, code: fault.code }).toEqual({ kind: 'unavailable', code: 'platform.not_served' });
  },

  'no service is called inside a unit of work': async (rig) => {
    let heard = 0;
    rig.answer(echo, (input) => {
      heard += 1;
      return Promise.resolve(input);
    });
    const fault = await faultOf(rig.under.insideWork(() => rig.echo()));
    expect({ code: fault.code, heard }).toEqual({ code: 'platform.call_inside_work', heard: 0 });
  },

  'a caller that gives up reaches the handler': async (rig) => {
    let signal: AbortSignal | undefined;
    rig.answer(
      echo,
      (_input, call) =>
        new Promise((_resolve, reject) => {
          signal = call.signal;
          call.signal.addEventListener('abort', () => reject(new Fault('unavailable', 'audit.left', 'Left.')));
        }),
    );
    const aborter = new AbortController();
    const failure = failureOf(rig.echo('x', someCall({ signal: aborter.signal })));
    await until('the handler runs', () => signal !== undefined);
    expect(signal?.aborted).toBe(false);
    aborter.abort();
    expect(asFault(await failure).kind).toBe('unavailable');
    await until('the handler is told', () => signal?.aborted === true);
  },

  'what goes on after the answer is not ended with it': async (rig) => {
    let signal: AbortSignal | undefined;
    rig.answer(echo, (_input, call) => {
      signal = call.signal;
      return Promise.resolve(new Reply(202, { accepted: 'yes' }));
    });
    await rig.services.stream(echo, { text: 'x' }, someCall({ respondAsync: true }), undefined);
    await settle();
    expect(signal?.aborted).toBe(false);
  },
};
