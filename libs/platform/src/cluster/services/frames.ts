import type { Readable } from 'node:stream';
import { Fault } from '@smartscan/kernel';

/**
 * What a call between services is made of, in both directions: one byte that says what follows, four that say how long
 * it is (big-endian), and that many bytes. A pulse is empty and says that its sender lives.
 */
const HEADER_BYTES = 5;
const KIND = { pulse: 0, message: 1, bytes: 2 } as const;

/** Ours: 40 times the longest answer there is, a page of 100 scans with all their markers. */
export const MESSAGE_MAX_BYTES = 8 * 1_048_576;
/** Ours: the size of a read from a socket; up to here header and chunk are joined, and leave as one write. */
const JOIN_MAX_BYTES = 65_536;
/** What four bytes can count. */
const BYTES_MAX = 2 ** 32 - 1;

export type Frame =
  | { readonly kind: 'message'; readonly message: unknown }
  /** A part of the body, as it came: a frame of bytes may arrive in any number of them. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

export type WireProblem = 'cut' | 'silent' | 'malformed' | 'too_large';

/** The other side is gone, says nothing, or something that is no frame. */
export class BrokenWire extends Error {
  constructor(readonly problem: WireProblem) {
    super(problem);
    this.name = 'BrokenWire';
  }
}

const header = (kind: number, bytes: number): Buffer => {
  const made = Buffer.allocUnsafe(HEADER_BYTES);
  made.writeUInt8(kind, 0);
  made.writeUInt32BE(bytes, 1);
  return made;
};

export const PULSE = header(KIND.pulse, 0);

export function messageFrame(message: unknown): Buffer {
  const text = JSON.stringify(message);
  const bytes = Buffer.byteLength(text);
  if (bytes > MESSAGE_MAX_BYTES)
    throw new Fault('internal', 'platform.message_too_large', 'A message between services is too large.', {
      members: { max_bytes: MESSAGE_MAX_BYTES },
    });
  const made = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  made.writeUInt8(KIND.message, 0);
  made.writeUInt32BE(bytes, 1);
  made.write(text, HEADER_BYTES, 'utf8');
  return made;
}

/** A chunk of the body, in the pieces in which it is to be written. Long ones are not copied. */
export function* bytesFrames(chunk: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < chunk.length; at += BYTES_MAX) {
    const part = chunk.subarray(at, at + BYTES_MAX);
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    if (bytes.length <= JOIN_MAX_BYTES) yield Buffer.concat([header(KIND.bytes, bytes.length), bytes]);
    else {
      yield header(KIND.bytes, bytes.length);
      yield bytes;
    }
  }
}

export interface ReaderLimits {
  /** A frame is begun and, a body's apart, ended within this time. */
  readonly silenceMs: number;
}

/** Takes frames from a stream, one when asked for one: what nobody asks for stays where it is, and its sender waits. */
export class FrameReader {
  readonly #source: Readable;
  readonly #limits: ReaderLimits;
  /** Bytes of a begun frame that are still to come. */
  #left = 0;
  #deadlineMs = 0;
  #wake: (() => void) | undefined;
  #failure: BrokenWire | undefined;
  #isReleased = false;

  constructor(source: Readable, limits: ReaderLimits) {
    this.#source = source;
    this.#limits = limits;
    // For good: a connection may also break after nobody listens any more.
    source.on('error', () => undefined);
    for (const event of WAKING) source.on(event, this.#onChange);
  }

  /** `undefined`: the other side has said all. Throws BrokenWire. */
  async next(): Promise<Frame | undefined> {
    this.#restart();
    while (this.#left === 0) {
      const head = await this.#take(HEADER_BYTES);
      if (head === undefined) return undefined;
      const [kind, bytes] = [head.readUInt8(0), head.readUInt32BE(1)];
      if (kind === KIND.message) return { kind: 'message', message: await this.#message(bytes) };
      if (kind === KIND.bytes) this.#left = bytes;
      else if (kind !== KIND.pulse || bytes !== 0) throw new BrokenWire('malformed');
      this.#restart();
    }
    return { kind: 'bytes', bytes: await this.#part() };
  }

  /** Ends a read that waits, and every later one, as if the other side were gone. */
  stop(): void {
    this.#fail(CUT);
  }

  /** Lets go of the stream, and drops what is left in it. */
  release(): void {
    // Once: Node takes a second removal of listeners that aren't there for a reason to stop what flows.
    if (this.#isReleased) return;
    this.#isReleased = true;
    for (const event of WAKING) this.#source.off(event, this.#onChange);
    this.#source.resume();
  }

  #fail(failure: BrokenWire): void {
    this.#failure ??= failure;
    this.#wake?.();
  }

  readonly #onChange = (): void => this.#wake?.();

  async #message(bytes: number): Promise<unknown> {
    if (bytes > MESSAGE_MAX_BYTES) throw new BrokenWire('too_large');
    const text = await this.#take(bytes);
    if (text === undefined) throw new BrokenWire('cut');
    try {
      return JSON.parse(text.toString('utf8')) as unknown;
    } catch {
      throw new BrokenWire('malformed');
    }
  }

  async #part(): Promise<Buffer> {
    for (;;) {
      const { readableLength } = this.#source;
      const part =
        readableLength > 0 ? (this.#source.read(Math.min(this.#left, readableLength)) as Buffer | null) : null;
      if (part) {
        this.#left -= part.length;
        return part;
      }
      if (this.#source.readableEnded) throw new BrokenWire('cut');
      // Nothing is there: lets the stream ask for more.
      this.#source.read(0);
      await this.#change();
    }
  }

  /** Exactly so many bytes; `undefined` where the stream ended before the first of them. */
  async #take(bytes: number): Promise<Buffer | undefined> {
    if (bytes === 0) return Buffer.alloc(0);
    for (;;) {
      const taken = this.#source.read(bytes) as Buffer | null;
      if (taken?.length === bytes) return taken;
      if (taken) throw new BrokenWire('cut');
      if (this.#source.readableEnded) return undefined;
      await this.#change();
    }
  }

  #restart(): void {
    this.#deadlineMs = performance.now() + this.#limits.silenceMs;
  }

  /** Until there's more to read, or nothing more to wait for. */
  async #change(): Promise<void> {
    this.#check();
    const leftMs = this.#deadlineMs - performance.now();
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(() => this.#fail(new BrokenWire('silent')), Math.max(0, leftMs));
    });
    clearTimeout(timer);
    this.#wake = undefined;
    this.#check();
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
    if (this.#source.destroyed && !this.#source.readableEnded) throw new BrokenWire('cut');
  }
}

/** Made once: to make an error takes longer than all else at the end of a call. */
const CUT = new BrokenWire('cut');
const WAKING = ['readable', 'end', 'close', 'error'] as const;
