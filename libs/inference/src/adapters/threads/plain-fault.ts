import { Fault, type FaultExtras, type FaultKind } from '@smartscan/kernel';

/** A fault as plain data: its class doesn't survive the way between threads. */
export interface PlainFault {
  readonly kind: FaultKind;
  readonly code: string;
  readonly message: string;
  readonly extras: FaultExtras;
}

export const plain = ({ kind, code, message, extras }: Fault): PlainFault => ({ kind, code, message, extras });
export const revived = ({ kind, code, message, extras }: PlainFault): Fault => new Fault(kind, code, message, extras);
