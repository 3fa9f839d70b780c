import type { CallInputOf, Operation } from '@smartscan/contracts/operation';
import type { Call, Chunks, Reply } from './call.ts';

/** An operation as it is asked of another process. */
export interface AskedOfPeer<O extends Operation> {
  readonly operation: O;
  readonly input: CallInputOf<O>;
  readonly call: Call;
  readonly body: Chunks | undefined;
}

/** The other processes of the same service. */
export interface Peers {
  /** Where they reach this one; `undefined` where there are none, or none that could. */
  readonly address: string | undefined;
  /**
   * Asks the process at `address` instead of any. Throws its Fault, or `platform.service_unavailable`. Never inside a unit
   * of work.
   */
  stream<O extends Operation>(address: string, asked: AskedOfPeer<O>): Promise<Reply>;
}
