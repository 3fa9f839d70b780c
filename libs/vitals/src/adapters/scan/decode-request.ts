import type { Codec, Container } from './demux.ts';

/** A rectangle of the coded picture, in even pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a decoder process is asked to do with the video on its stdin. */
export interface DecodeRequest {
  readonly container: Container;
  readonly codec: Codec;
  /** Stop after so many frames. */
  readonly maxFrames: number;
  /** Pictures beyond this many pixels are refused before they are decoded. */
  readonly maxPixels: number;
  /** Only frames that need no other: a quick look over the whole video. */
  readonly keyFramesOnly?: boolean;
  /** Only this part of each picture on stdout, and every so many frames the whole picture on descriptor 3. */
  readonly part?: { readonly region: Region; readonly wholeEvery: number };
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Descriptor on which whole pictures come beside the parts. */
export const WHOLE_PICTURES_FD = 3;
