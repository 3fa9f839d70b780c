import type { Codec, Container } from './demux.ts';

/** A rectangle of the coded picture, in even pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Strips of the picture beside a face, at its height and to both sides of a person who sits upright: above a head may be a
 * lamp, under it are a neck and hands.
 */
export interface Room {
  /** How the strips lie to the face in the coded picture: across in its rows, down in one that is turned. */
  readonly lies: 'across' | 'down';
  /** To the left of the face, or above it; undefined where there is no place. */
  readonly before: Region | undefined;
  /** To the right, or below. */
  readonly after: Region | undefined;
}

/** Where a face keeps its place, and where the room shows beside it. */
export interface Framing {
  readonly region: Region;
  readonly room: Room;
}

/**
 * Only the region of each picture on stdout, joined with the strips of the room, and every so many frames the whole picture on
 * descriptor 3.
 */
export interface Part extends Framing {
  readonly wholeEvery: number;
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
  readonly part?: Part;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Descriptor on which whole pictures come beside the parts. */
export const WHOLE_PICTURES_FD = 3;
