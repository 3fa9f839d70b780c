import { Fault } from '@smartscan/kernel';
import type { LogFields } from '../../ports/log.ts';

/** What may be logged of an error of our own: its name and the place where it arose. Its text may hold anything. */
export const traitsOf = (error: unknown): LogFields => ({
  error: error instanceof Error ? error.name : typeof error,
  code: error instanceof Fault ? error.code : undefined,
  at: error instanceof Error ? placeOf(error) : undefined,
});

/** The first frame of a stack, without the message that stands before it. */
function placeOf({ name, message, stack }: Error): string | undefined {
  const head = message === '' ? name : `${name}: ${message}`;
  if (!stack?.startsWith(head)) return undefined;
  return /\(?((?:file:\/\/)?\/[^\s()]+:\d+:\d+)\)?/.exec(stack.slice(head.length))?.[1];
}
