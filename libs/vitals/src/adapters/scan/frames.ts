import type { Readable } from 'node:stream';

/** One picture in planar YUV 4:2:0, 8 bits. Chroma planes are half as wide and high, rounded up. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Luma, then U, then V, without padding. */
  readonly bytes: Uint8Array;
}

/** What the head of a YUV4MPEG2 stream says. */
export interface StreamHead {
  readonly width: number;
  readonly height: number;
  readonly fullRange: boolean;
}

export const bytesOfPicture = (width: number, height: number): number =>
  width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);

/** Lines of text in the stream are some 80 bytes long; a longer one is no YUV4MPEG2. */
const MAX_LINE_BYTES = 512;

const NEWLINE = 0x0a;

/** @returns undefined where the line is no head of an 8-bit 4:2:0 stream */
export const readStreamHead = (line: string): StreamHead | undefined => {
  const [magic, ...fields] = line.split(' ');
  const valueOf = (letter: string): string | undefined => fields.find((field) => field.startsWith(letter))?.slice(1);
  const [width, height] = [Number(valueOf('W')), Number(valueOf('H'))];
  const sized = Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0;
  // C420 has variants that differ in where chroma is sited; C420p10 and the like are deeper than 8 bits.
  const planar = /^420(jpeg|mpeg2|paldv)?$/.test(valueOf('C') ?? '420');
  if (magic !== 'YUV4MPEG2' || !sized || !planar) return undefined;
  return { width, height, fullRange: fields.includes('XCOLORRANGE=FULL') };
};

/** Memory kept between scans: the pictures between two looks at a face in a 640 × 480 video, twice. */
const KEPT_BYTES = 30_000_000;

/**
 * Memory for frames, used again and again. What a frame held is wiped when the scan is over.
 */
export class FrameMemory {
  #buffers: Uint8Array[] = [];

  /** The n-th buffer of this size. */
  take(n: number, bytes: number): Uint8Array {
    if (this.#buffers[0] !== undefined && this.#buffers[0].length !== bytes) this.wipe(0);
    return (this.#buffers[n] ??= new Uint8Array(bytes));
  }

  /** Forgets every frame; keeps no more memory than `kept` bytes. */
  wipe(kept = KEPT_BYTES): void {
    for (const buffer of this.#buffers) buffer.fill(0);
    const size = this.#buffers[0]?.length ?? 1;
    this.#buffers.length = Math.min(this.#buffers.length, Math.floor(kept / size));
  }
}

type Expecting = 'head' | 'frame_line' | 'frame';

/**
 * Reads pictures out of a YUV4MPEG2 stream, some at a time, into memory that is used again. While nobody waits for
 * pictures the stream is paused, so that the decoder waits too and memory stays bounded.
 */
export class FrameReader {
  readonly #stream: Readable;
  readonly #memory: FrameMemory;
  readonly #maxPixels: number;
  readonly #line: number[] = [];
  #expecting: Expecting = 'head';
  #head: StreamHead | undefined;
  #batch: Picture[] = [];
  #wanted = 0;
  #filled = 0;
  #rest: Uint8Array | undefined;
  #ended = false;
  #broken = false;
  #wake: () => void = () => undefined;

  constructor(stream: Readable, memory: FrameMemory, maxPixels: number) {
    this.#stream = stream;
    this.#memory = memory;
    this.#maxPixels = maxPixels;
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    stream.on('data', (chunk: Uint8Array) => this.#take(chunk));
    stream.on('end', end);
    stream.on('close', end);
    // A stream that breaks is a decoder that died: its exit code tells.
    stream.on('error', end);
    stream.pause();
  }

  /** What the stream said of itself; undefined before the first picture. */
  get head(): StreamHead | undefined {
    return this.#head;
  }

  /** Was there anything else than pictures in the stream? */
  get broken(): boolean {
    return this.#broken;
  }

  /**
   * The next pictures, `count` of them or fewer at the end; none when there are no more. They live until the next call.
   */
  async next(count: number): Promise<readonly Picture[]> {
    this.#batch = [];
    this.#wanted = count;
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.#take(rest);
    while (this.#batch.length < this.#wanted && !this.#ended && !this.#broken) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      this.#stream.resume();
      await woken;
    }
    this.#wanted = 0;
    return this.#batch;
  }

  #take(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#broken) {
      if (this.#expecting !== 'frame') at = this.#readLine(chunk, at);
      else if (this.#batch.length < this.#wanted) at = this.#fill(chunk, at);
      else break;
    }
    if (at < chunk.length) this.#rest = chunk.subarray(at);
    if (this.#broken || this.#rest !== undefined || this.#batch.length >= this.#wanted) {
      this.#stream.pause();
      this.#wake();
    }
  }

  #readLine(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      if (chunk[at] === NEWLINE) {
        this.#endLine(String.fromCharCode(...this.#line));
        this.#line.length = 0;
        return at + 1;
      }
      if (this.#line.push(chunk[at]!) > MAX_LINE_BYTES) this.#broken = true;
      if (this.#broken) break;
    }
    return chunk.length;
  }

  #endLine(line: string): void {
    if (this.#expecting === 'frame_line') {
      if (!line.startsWith('FRAME')) this.#broken = true;
      this.#expecting = 'frame';
      return;
    }
    this.#head = readStreamHead(line);
    this.#expecting = 'frame_line';
    if (this.#head === undefined || this.#head.width * this.#head.height > this.#maxPixels) this.#broken = true;
  }

  #fill(chunk: Uint8Array, from: number): number {
    const { width, height } = this.#head!;
    const size = bytesOfPicture(width, height);
    const bytes = this.#memory.take(this.#batch.length, size);
    const part = Math.min(size - this.#filled, chunk.length - from);
    bytes.set(chunk.subarray(from, from + part), this.#filled);
    this.#filled += part;
    if (this.#filled === size) {
      this.#batch.push({ width, height, bytes });
      this.#filled = 0;
      this.#expecting = 'frame_line';
    }
    return from + part;
  }
}
