import type { Fault } from '@smartscan/kernel';

/** Where an input is wrong and how, in words of the contract: never what was sent. */
export interface InputError {
  /** JSON Pointer into the body (RFC 6901, as a URI fragment). */
  readonly pointer?: string;
  /** Name of a parameter of the path or query. */
  readonly parameter?: string;
  readonly header?: string;
  readonly code: InputErrorCode;
  /** What the contract expects instead: a type, a format, the allowed values, or a bound. */
  readonly expected?: string | number | readonly string[];
}

export const INPUT_ERROR_CODES = [
  'missing',
  'wrong_type',
  'wrong_format',
  'too_short',
  'too_long',
  'too_small',
  'too_large',
  'not_allowed',
  'unknown_member',
  'unknown_parameter',
  'repeated',
  'not_utf8',
  'invalid',
] as const;
export type InputErrorCode = (typeof INPUT_ERROR_CODES)[number];

/** RFC 9457, with our extension members. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly request_id: string;
  readonly detail?: string;
  readonly errors?: readonly InputError[];
  readonly [member: string]: unknown;
}

export interface ProblemContext {
  /** What the problem types' URIs begin with. */
  readonly typeBase: string;
  readonly requestId: string;
  readonly errors?: readonly InputError[];
}

/** What a caller is shown of a Fault. The standard members always win over a Fault's own. */
export function problemDocument(fault: Fault, context: ProblemContext): ProblemDocument {
  const { remedy, members } = fault.extras;
  return {
    ...members,
    type: context.typeBase + fault.code,
    title: fault.message,
    status: fault.status,
    ...(remedy === undefined ? {} : { detail: remedy }),
    code: fault.code,
    request_id: context.requestId,
    ...(context.errors ? { errors: context.errors } : {}),
  };
}
