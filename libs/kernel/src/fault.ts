/**
 * How a failure is treated everywhere. HTTP status, the fate of the event that met it and the log level are read off
 * this one word (see `FATE_OF`).
 */
export const FAULT_KINDS = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'limited',
  'unavailable',
  'internal',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What follows from a kind: the HTTP status, whether an event that met it is tried again, and how loud the log is. */
export interface Fate {
  readonly status: number;
  readonly event: 'park' | 'retry';
  readonly level: 'info' | 'warn' | 'error';
}

export const FATE_OF: Readonly<Record<FaultKind, Fate>> = {
  invalid: { status: 400, event: 'park', level: 'info' },
  unauthenticated: { status: 401, event: 'park', level: 'info' },
  forbidden: { status: 403, event: 'park', level: 'warn' },
  not_found: { status: 404, event: 'park', level: 'info' },
  conflict: { status: 409, event: 'retry', level: 'info' },
  limited: { status: 429, event: 'retry', level: 'warn' },
  unavailable: { status: 503, event: 'retry', level: 'warn' },
  internal: { status: 500, event: 'retry', level: 'error' },
};

export interface FaultExtras {
  /** A more exact HTTP status than the kind's own (413, 415, 421, 422…). */
  readonly status?: number;
  /** What the caller can do about it, in one sentence. */
  readonly remedy?: string;
  /** Seconds after which another try makes sense. */
  readonly retryAfterSeconds?: number;
  /** Further members of the problem document: enums, ids and bounds; never an input value. */
  readonly members?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/**
 * The one error class for what a caller can meet. `code` is stable and names the problem type (`vitals.no_face`),
 * `message` is safe to show. Neither may hold PHI or an input value.
 */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly code: string;
  readonly extras: FaultExtras;

  constructor(kind: FaultKind, code: string, message: string, extras: FaultExtras = {}) {
    super(message);
    this.name = 'Fault';
    this.kind = kind;
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return this.extras.status ?? FATE_OF[this.kind].status;
  }
}

/** What a caller is told of an error that nobody foresaw: nothing, but that it was ours. */
export const asFault = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('internal', 'internal', 'Something went wrong on our side.');
