import { Fault, type FaultKind } from './fault.ts';

/** One way in which something that was asked for can end without it: a row of a context's table of them. */
export interface Problem {
  readonly kind: FaultKind;
  /** HTTP status, where it is more exact than the kind's own. */
  readonly status: number;
  readonly title: string;
  /** What the caller, or the person before the camera, can do about it. */
  readonly remedy: string;
  readonly retryAfterSeconds?: number;
}

/**
 * The fault that a job ends with.
 *
 * @param code the problem type's code on the wire
 * @param retryAfter seconds, where they are known better than by the table
 */
export const faultOf = (code: string, problem: Problem, retryAfter?: number): Fault => {
  const { kind, status, title, remedy, ...row } = problem;
  const retryAfterSeconds = retryAfter ?? row.retryAfterSeconds;
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new Fault(kind, code, title, { status, remedy, ...wait });
};
