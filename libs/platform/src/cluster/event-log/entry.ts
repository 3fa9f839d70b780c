import type { KafkaMessage } from 'kafkajs';
import type { Envelope, Parked } from '../../ports/event-log.ts';
import { headerOf, headersOf, toEnvelope, type Outgoing } from './cloud-event.ts';

/** A partition of a topic as a name: `smartscan.audit/3`. */
export const laneName = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Where an event came from. */
export interface Source {
  readonly lane: string;
  readonly offset: number;
}

/** An event that a group has not handled, as the retry topic and the dead-letter topic keep it. */
export interface Entry extends Source {
  readonly envelope: Envelope;
  /** The Fault's code, never its text. */
  readonly code: string;
  readonly attempts: number;
  /** How many of them were from the retry topic. */
  readonly rounds: number;
  readonly parkedAt: string;
  /** When the next try is due, milliseconds since 1970; 0: as soon as the events before it are done with. */
  readonly notBefore: number;
}

/** The record key: an event has one place in each topic, and what is newer replaces what is older. */
export const entryKey = ({ lane, offset }: Source): string => `${lane}/${offset}`;

export const toEntryRecord = (topic: string, entry: Entry): Outgoing => ({
  topic,
  key: entryKey(entry),
  value: entry.envelope.body,
  headers: {
    ...headersOf(entry.envelope),
    smartscan_key: entry.envelope.key,
    smartscan_code: entry.code,
    smartscan_attempts: String(entry.attempts),
    smartscan_rounds: String(entry.rounds),
    smartscan_parkedat: entry.parkedAt,
    smartscan_notbefore: String(entry.notBefore),
  },
});

export const tombstone = (topic: string, source: Source): Outgoing => ({
  topic,
  key: entryKey(source),
  value: null,
  headers: {},
});

/** Undefined where the key is none of ours. */
export function toSource(key: string): Source | undefined {
  const match = /^(.+\/\d+)\/(\d+)$/.exec(key);
  return match === null ? undefined : { lane: match[1] as string, offset: Number(match[2]) };
}

export function toEntry(source: Source, message: KafkaMessage): Entry {
  const { headers } = message;
  const topic = source.lane.slice(0, source.lane.lastIndexOf('/'));
  return {
    ...source,
    envelope: { ...toEnvelope(message, topic), key: headerOf(headers, 'smartscan_key') },
    code: headerOf(headers, 'smartscan_code'),
    attempts: Number(headerOf(headers, 'smartscan_attempts')),
    rounds: Number(headerOf(headers, 'smartscan_rounds')),
    parkedAt: headerOf(headers, 'smartscan_parkedat'),
    notBefore: Number(headerOf(headers, 'smartscan_notbefore')),
  };
}

export const toParked = (group: string, { envelope, code, attempts, parkedAt }: Entry): Parked => ({
  group,
  envelope,
  code,
  attempts,
  parkedAt,
});
