import type { Peers } from '../ports/peers.ts';
import { notServed } from '../process/dispatcher.ts';

/** Of a process that has no others beside it. */
export const ALONE: Peers = { address: undefined, stream: () => Promise.reject(notServed()) };
