import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Envelope } from '../../ports/event-log.ts';

/** A record as it is sent. */
export interface Outgoing {
  readonly topic: string;
  readonly key: string;
  /** Absent: what was said under the key is taken back (a tombstone). */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An event in the binary mode of the CloudEvents Kafka binding, 1.0.2: attributes are headers, the value is the body.
 * `ce_traceparent` is the distributed tracing extension; the other extensions are ours.
 */
export const toRecord = (envelope: Envelope): Outgoing => ({
  topic: envelope.topic,
  key: envelope.key,
  value: envelope.body,
  headers: headersOf(envelope),
});

export function headersOf(envelope: Envelope): Readonly<Record<string, string>> {
  const { actor, region, topic, traceparent } = envelope;
  return {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_type: envelope.type,
    ce_source: `urn:${topic.replace('.', ':')}:${region}`,
    ce_time: envelope.time,
    'content-type': 'application/json',
    ce_tenant: envelope.tenant,
    ce_actorkind: actor.kind,
    ce_actorid: actor.id,
    ce_purpose: envelope.purpose,
    ce_requestid: envelope.requestId,
    ce_region: region,
    ...(traceparent === '' ? {} : { ce_traceparent: traceparent }),
  };
}

/** The text of a header; empty where there is none. */
export function headerOf(headers: IHeaders | undefined, name: string): string {
  const value = headers?.[name];
  if (value === undefined) return '';
  return Array.isArray(value) ? String(value[0] ?? '') : String(value);
}

export const typeOf = ({ headers }: Pick<KafkaMessage, 'headers'>): string => headerOf(headers, 'ce_type');

export function toEnvelope(
  { key, value, headers }: Pick<KafkaMessage, 'key' | 'value' | 'headers'>,
  topic: string,
): Envelope {
  return {
    id: headerOf(headers, 'ce_id'),
    type: headerOf(headers, 'ce_type'),
    topic,
    key: String(key ?? ''),
    time: headerOf(headers, 'ce_time'),
    tenant: headerOf(headers, 'ce_tenant'),
    actor: {
      kind: headerOf(headers, 'ce_actorkind') as Envelope['actor']['kind'],
      id: headerOf(headers, 'ce_actorid'),
    },
    purpose: headerOf(headers, 'ce_purpose'),
    requestId: headerOf(headers, 'ce_requestid'),
    region: headerOf(headers, 'ce_region'),
    traceparent: headerOf(headers, 'ce_traceparent'),
    body: String(value ?? ''),
  };
}
