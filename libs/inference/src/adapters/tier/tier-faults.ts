import type { Fault } from '@smartscan/kernel';
import type { Refusal } from '../../domain/admission.ts';

/** What the tier has to say, in the words and codes of the context whose jobs it runs. */
export interface TierFaults {
  /** Not let in; `retryAfterSeconds` where waiting helps. */
  refused(refusal: Refusal, retryAfterSeconds?: number): Fault;
  /** Whoever asked for it wants it no more. */
  cancelled(): Fault;
  /** Its thread died or took too long, or the process stops. */
  interrupted(): Fault;
}
