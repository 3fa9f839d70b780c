import { collectBody, type Body } from '@smartscan/platform/ports';
import { problem } from '../../domain/scan-problems.ts';

/**
 * Reads the body of a scan into one piece of memory of its own.
 *
 * @throws Fault vitals.too_large beyond `maxBytes`; vitals.cancelled where the signal is aborted
 */
export const collectScan = (body: Body, maxBytes: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
  const limits = { maxBytes, tooLarge: () => problem('too_large'), cancelled: () => problem('cancelled') };
  return collectBody(body, limits, signal);
};
