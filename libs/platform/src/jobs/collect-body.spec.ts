import { Fault } from '@smartscan/kernel';
import { collectBody, type Body } from './collect-body.ts';

const never = new AbortController().signal;
/** With problems that are called as they are. */
const collect = (body: Body, maxBytes: number, signal: AbortSignal) => {
  const limits = {
    maxBytes,
    tooLarge: () => new Fault('invalid', 'too_large', 'Too large.'),
    cancelled: () => new Fault('conflict', 'cancelled', 'Cancelled.'),
  };
  return collectBody(body, limits, signal);
};
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  );

describe('collectBody', () => {
  it('joins what comes, of any source, into memory of its own', async () => {
    const source = [Buffer.from('ab'), new Uint8Array(0), Buffer.from('cde')];
    async function* later() {
      yield* source;
    }
    for (const body of [source, later()]) {
      const whole = await collect(body, 5, never);
      expect(Buffer.from(whole).toString()).toBe('abcde');
      expect(whole.byteLength).toBe(whole.buffer.byteLength);
    }
  });

  it('refuses a body as soon as it is too large, and tells its source', async () => {
    let [given, ended] = [0, false];
    async function* endless() {
      try {
        for (;;) {
          given += 10;
          yield new Uint8Array(10);
        }
      } finally {
        ended = true;
      }
    }
    expect(await codeOf(collect(endless(), 35, never))).toBe('too_large');
    expect(given).toBe(40);
    expect(ended).toBe(true);
  });

  it('gives up a body that stalls when it is cancelled', async () => {
    const abort = new AbortController();
    async function* stalling() {
      yield new Uint8Array(1);
      await new Promise(() => undefined);
    }
    const collecting = codeOf(collect(stalling(), 100, abort.signal));
    setTimeout(() => abort.abort(), 20);
    expect(await collecting).toBe('cancelled');
    expect(await codeOf(collect([new Uint8Array(1)], 100, abort.signal))).toBe('cancelled');
  });

  it('passes on what a source fails with', async () => {
    async function* failing() {
      yield new Uint8Array(1);
      throw new Error('reset');
    }
    await expect(collect(failing(), 100, never)).rejects.toThrow('reset');
  });
});
