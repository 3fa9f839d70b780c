import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Ours: what a client sends after our answer is read and dropped for that long, and that much of it. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 8 * 1_048_576;
const LOOK_EVERY_MS = 50;

/**
 * Closes a connection on which a body is still arriving so that the answer gets through: had we closed at once, the
 * client's next packet would be met with a reset, and a reset throws away what the client hasn't read (RFC 9112, 9.6).
 * So our side is closed, and theirs read and dropped for a bounded while. To be called before the answer is ended.
 */
export function closeAfterAnswer(request: IncomingMessage): void {
  const { socket } = request;
  // What Node calls once an answer with `Connection: close` has been handed over.
  socket.destroySoon = () => linger(socket);
  request.resume();
}

function linger(socket: Socket): void {
  socket.end();
  const untilMs = performance.now() + LINGER_MS;
  const untilBytes = socket.bytesRead + LINGER_BYTES;
  const timer = setInterval(() => {
    if (performance.now() > untilMs || socket.bytesRead > untilBytes) socket.destroy();
  }, LOOK_EVERY_MS);
  socket.once('close', () => clearInterval(timer));
}

/** Reads and drops the small rest of a body, so that the connection can be used again. What doesn't come ends it. */
export function dropRest(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  const done = (): void => clearTimeout(timer);
  request.once('end', done);
  request.once('close', done);
  request.resume();
}
