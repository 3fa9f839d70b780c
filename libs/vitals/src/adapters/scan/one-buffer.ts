import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';

/** As much as a pipe of Linux holds (net.core.wmem_default, 208 KiB), so that one read empties it. */
const BUFFER_BYTES = 1 << 18;

/** What Node's sockets have, and take, and its types don't tell. */
interface OverHandle {
  _handle?: object | null;
}
interface OverHandleOptions {
  readonly handle: object;
  readonly onread: OnReadOpts;
}

/**
 * The stream of a child process, read into one buffer again and again: what a `data` event brings lives until the next one,
 * or as long as the stream is paused.
 *
 * Node gives every read 64 KB of its own. That is garbage at once, and V8 answers each 64 MB of it with a full collection:
 * ten in a scan of half a minute, a tenth of all its CPU (measured). Only a socket's constructor takes a buffer (`onread`), so
 * the child's socket is left for one of ours over the same handle. Where a runtime has no such handle, the stream itself is
 * as good and dearer.
 */
export const intoOneBuffer = (stream: Readable): Readable => {
  const theirs = stream as OverHandle;
  const handle = theirs._handle;
  if (!(stream instanceof Socket) || handle === undefined || handle === null) return stream;
  theirs._handle = null;
  const onread: OnReadOpts = {
    buffer: new Uint8Array(BUFFER_BYTES),
    callback: (length, buffer) => {
      ours.emit('data', buffer.subarray(0, length));
      return !ours.isPaused();
    },
  };
  const options: SocketConstructorOpts & OverHandleOptions = { handle, writable: false, onread };
  const ours = new Socket(options);
  return ours;
};
