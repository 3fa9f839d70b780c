/// <reference types="jest" />
import { createHash, randomBytes } from 'node:crypto';
import { Fault } from '@smartscan/kernel';
import { Reply, type Chunks } from '@smartscan/platform/ports';
import { upload } from './operations.ts';
import { failureOf, faultOf, settle, someCall, until, type Guarantees } from './rig.ts';

/** Ours: what Linux lets pile up in the buffers of two loopback sockets (6 MiB and 4 MiB), and some of our own. */
export const AHEAD_MAX_BYTES = 16 * 1_048_576;
const CHUNK_BYTES = 65_536;

/** So many chunks of the same content; `watch` hears of each before it leaves. */
export async function* chunksOf(count: number, watch: (chunk: Uint8Array) => void = () => undefined): Chunks {
  const chunk = randomBytes(CHUNK_BYTES);
  for (let n = 0; n < count; n += 1) {
    watch(chunk);
    yield chunk;
  }
}

async function digestOf(body: Chunks | undefined): Promise<{ bytes: number; sha256: string }> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body ?? []) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: digest.digest('hex') };
}

/** Ours: nothing, one byte, around the sizes that sockets and frames work with, and beyond. */
const SIZES = [0, 1, 5, 1_000, 16_383, 65_531, 65_536, 65_537, 300_000, 0, 3_000_000, 2];

export const bodies: Guarantees = {
  'a streamed body arrives byte for byte, whatever its chunks are': async (rig) => {
    rig.answer(upload, (_input, _call, body) => digestOf(body));
    const chunks = SIZES.map((size) => randomBytes(size));
    const whole = Buffer.concat(chunks);
    // A source without a generator's manners: it gives the same answer however often it is asked.
    const source: Chunks = { [Symbol.asyncIterator]: () => ({ next: () => nextOf(chunks) }) };
    const reply = await rig.upload(source);
    const sha256 = createHash('sha256').update(whole).digest('hex');
    expect(reply).toEqual(new Reply(200, { bytes: whole.length, sha256 }));
    expect((await rig.upload(chunksOf(0))).body).toMatchObject({ bytes: 0 });
  },

  'a body is drawn no further ahead of its reader than some buffers hold': async (rig) => {
    let go: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (go = resolve));
    let isReading = false;
    rig.answer(upload, async (_input, _call, body) => {
      const chunks = (body as Chunks)[Symbol.asyncIterator]();
      await chunks.next();
      isReading = true;
      await waiting;
      while (!(await chunks.next()).done);
      return { bytes: 0, sha256: '' };
    });
    let drawn = 0;
    const count = (4 * AHEAD_MAX_BYTES) / CHUNK_BYTES;
    const replied = rig.upload(chunksOf(count, ({ length }) => void (drawn += length)));
    await until('the handler has read a chunk', () => isReading);
    await settle();
    await settle();
    expect(drawn).toBeLessThanOrEqual(AHEAD_MAX_BYTES);
    go();
    await replied;
    expect(drawn).toBe(count * CHUNK_BYTES);
  },

  'a body that no handler reads is not begun': async (rig) => {
    rig.answer(upload, async () => {
      await settle();
      throw new Fault('unavailable', 'audit.busy', 'Busy.');
    });
    let drawn = 0;
    const fault = await faultOf(rig.upload(chunksOf(3, () => void (drawn += 1))));
    expect({ code: fault.code, drawn }).toEqual({ code: 'audit.busy', drawn: 0 });
  },

  'a body whose source fails fails the call, and its handler sees why': async (rig) => {
    const seen: unknown[] = [];
    rig.answer(upload, async (_input, _call, body) => {
      try {
        return await digestOf(body);
      } catch (error) {
        seen.push(error);
        throw error;
      }
    });
    const failure = new Fault('invalid', 'audit.too_slow', 'Too slow.', { status: 408, members: { bytes: 3 } });
    async function* failing(): Chunks {
      yield* chunksOf(3);
      throw failure;
    }
    expect(await failureOf(rig.upload(failing()))).toBe(failure);
    expect(seen).toEqual([failure]);
    expect((seen[0] as Fault).extras).toEqual(failure.extras);
  },

  'a handler that makes something else of a failed body is believed': async (rig) => {
    rig.answer(upload, async (_input, _call, body) => {
      await digestOf(body).catch(() => undefined);
      throw new Fault('conflict', 'audit.half', 'Half of it is there.');
    });
    async function* failing(): Chunks {
      yield* chunksOf(1);
      throw new TypeError('canary-4717');
    }
    expect((await faultOf(rig.upload(failing()))).code).toBe('audit.half');
  },

  'a handler that has read enough answers at once, and the source is left': async (rig) => {
    rig.answer(upload, async (_input, _call, body) => {
      for await (const { length } of body as Chunks) return { bytes: length, sha256: '' };
      return { bytes: 0, sha256: '' };
    });
    let isLeft = false;
    async function* endless(): Chunks {
      try {
        for (;;) yield* chunksOf(1);
      } finally {
        isLeft = true;
      }
    }
    expect((await rig.upload(endless())).status).toBe(200);
    await until('the source is left', () => isLeft);
  },

  'a caller that gives up in the middle of its body reaches the handler': async (rig) => {
    let signal: AbortSignal | undefined;
    rig.answer(upload, async (_input, call, body) => {
      await (body as Chunks)[Symbol.asyncIterator]().next();
      signal = call.signal;
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      throw new Fault('unavailable', 'audit.left', 'Left.');
    });
    const aborter = new AbortController();
    const failure = failureOf(rig.upload(chunksOf(1_000), someCall({ signal: aborter.signal })));
    await until('the handler reads', () => signal !== undefined);
    aborter.abort();
    expect(await failure).toBeInstanceOf(Fault);
    await until('the handler is told', () => signal?.aborted === true);
  },
};

function nextOf(chunks: Uint8Array[]): Promise<IteratorResult<Uint8Array>> {
  const value = chunks.shift();
  return Promise.resolve(value ? { value, done: false } : { value: undefined, done: true });
}
