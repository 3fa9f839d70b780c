import { z } from 'zod';
import {
  ACCESS_PURPOSES,
  asFault,
  Fault,
  FAULT_KINDS,
  idPattern,
  PROCESSING_PURPOSES,
  REGIONS,
  SECOND_MS,
  type FaultExtras,
  type ProcessingPurpose,
} from '@smartscan/kernel';
import type { Operation } from '@smartscan/contracts/operation';

/** Ours: both sides say that they live this often, however little there is to say. */
export const PULSE_MS = 5 * SECOND_MS;
/** Ours: who misses three pulses is gone, or can't be reached. */
const PULSES_MISSED = 3;
export const SILENCE_MS = PULSES_MISSED * PULSE_MS;
export const pulseOf = (silenceMs: number): number => silenceMs / PULSES_MISSED;

/** Ours: twice what the gateway gives a caller, whose own limit is to be the one that is met; a long sweep needs it. */
const CALL_LIMIT_MS = 60 * SECOND_MS;
/** Ours: longer than the gateway's limits for uploads (300 s) and event streams (900 s), for the same reason. */
const STREAM_LIMIT_MS = 330 * SECOND_MS;
const EVENTS_LIMIT_MS = 930 * SECOND_MS;

/** How long a call may last altogether, at its server. */
export function limitMsOf({ events, stream }: Operation): number {
  if (events) return EVENTS_LIMIT_MS;
  return stream ? STREAM_LIMIT_MS : CALL_LIMIT_MS;
}

/** All that stands in a URL: the name of an operation, which is public. */
export const pathOf = ({ id }: Operation): string => `/operations/${id}`;
export const operationIdIn = (url: string | undefined): string | undefined =>
  /^\/operations\/([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)$/.exec(url ?? '')?.[1];

const PURPOSES = [...ACCESS_PURPOSES, ...(Object.keys(PROCESSING_PURPOSES) as ProcessingPurpose[])] as const;

/** Members that a newer caller adds are left out, so that services can be updated one after the other. */
const call = z.object({
  tenant: z.union([z.literal('*'), z.string().regex(idPattern('workspace'))]),
  actor: z.object({
    kind: z.enum(['api_key', 'user', 'staff', 'anonymous', 'system']),
    // Ours: an id of ours has 30 characters.
    id: z.string().min(1).max(128),
  }),
  purpose: z.enum(PURPOSES),
  requestId: z.string().regex(/^[\w-]{1,128}$/),
  region: z.enum(REGIONS),
  respondAsync: z.boolean(),
  // Ours: a media type of the contracts has under 40 characters.
  representation: z.string().max(128).optional(),
});

/** The first frame of a request. The operation itself judges the input. */
export const opening = z.object({
  input: z.unknown(),
  call,
  /** A streamed body follows when it is asked for. */
  body: z.boolean(),
  /** W3C Trace Context; empty where nothing is traced. */
  traceparent: z.string().max(64),
});
export type Opening = z.output<typeof opening>;

const fault = z.object({
  kind: z.enum(FAULT_KINDS),
  code: z.string(),
  message: z.string(),
  extras: z.object({
    status: z.int().optional(),
    remedy: z.string().optional(),
    retryAfterSeconds: z.number().optional(),
    members: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).optional(),
  }),
});

const failed = z.object({ is: z.literal('fault'), fault });
const ended = z.object({ is: z.literal('end') });

/** What a caller says after the opening, between the bytes of the body. */
export const sent = z.discriminatedUnion('is', [ended, failed]);

const head = { status: z.int(), headers: z.record(z.string(), z.string()) };
/** What is answered, in this order: `body_wanted` as the body is read; then an answer, or a fault, or events and one of end and fault. */
export const answered = z.discriminatedUnion('is', [
  z.object({ is: z.literal('body_wanted'), bytes: z.int().positive() }),
  z.object({ is: z.literal('answer'), ...head, body: z.unknown() }),
  z.object({ is: z.literal('events'), ...head }),
  z.object({ is: z.literal('event'), event: z.unknown() }),
  ended,
  failed,
]);
export type Sent = z.output<typeof sent>;
export type Answered = z.output<typeof answered>;

/** As it was thrown; of what is no Fault, only that it was ours. */
export function faultMessage(error: unknown): Extract<Answered, { is: 'fault' }> {
  const { kind, code, message, extras } = asFault(error);
  return { is: 'fault', fault: { kind, code, message, extras: extras as z.output<typeof fault>['extras'] } };
}

export const faultFrom = ({ fault: { kind, code, message, extras } }: Extract<Answered, { is: 'fault' }>): Fault =>
  new Fault(kind, code, message, extras as FaultExtras);
