import { Fault } from '@smartscan/kernel';
import type { OpenFgaServer } from '../authorization/authorizers.ts';
import { mailUnavailable } from '../mail/message.ts';
import { smtpMail } from '../mail/smtp.ts';
import type { Log } from '../ports/log.ts';
import type { Mail } from '../ports/mail.ts';
import type { KafkaOptions } from './event-log/event-log.ts';
import { readAuthority } from './logins.ts';
import { isLoopback, refusePlaintext } from './plaintext.ts';
import type { MigrationSettings, ServiceSettings } from './settings.ts';

/** With TLS wherever a broker is not on this machine (P40). Faults `platform.authority_unreadable`, `platform.broker_login`. */
export function kafkaOf(settings: MigrationSettings, clientId: string, log: Log): KafkaOptions {
  const { brokers, brokerCa, brokerUser: username, brokerPassword: password } = settings;
  const isLocal = brokers.every((broker) => isLoopback(broker.slice(0, broker.lastIndexOf(':'))));
  const tls = brokerCa !== undefined || !isLocal;
  if ((username === undefined) !== (password === undefined))
    throw new Fault('invalid', 'platform.broker_login', 'A login at the brokers needs both a user and a password.', {
      remedy: 'Set SMARTSCAN_BROKER_USER and SMARTSCAN_BROKER_PASSWORD, or neither.',
    });
  return {
    brokers,
    clientId: `smartscan-${clientId}`,
    log,
    partitions: settings.topicPartitions,
    replicas: settings.topicReplicas,
    ...(tls ? { ssl: brokerCa === undefined ? true : { ca: readAuthority(brokerCa, 'SMARTSCAN_BROKER_CA') } } : {}),
    ...(username !== undefined && password !== undefined
      ? { sasl: { mechanism: 'scram-sha-512', username, password } as const }
      : {}),
  };
}

export function openFgaOf({ openfgaUrl, openfgaToken, openfgaStore }: MigrationSettings): OpenFgaServer {
  refusePlaintext(openfgaUrl, 'SMARTSCAN_OPENFGA_URL');
  return { url: openfgaUrl, token: openfgaToken, store: openfgaStore };
}

/** Where no server is named, every mail is unavailable: what would have been sent waits with the event that asked for it. */
export function mailOf({ smtpUrl, smtpFrom }: ServiceSettings): Mail & { close(): void } {
  if (smtpUrl === undefined)
    return { send: () => Promise.reject(mailUnavailable('no_server')), close: () => undefined };
  const { hostname, port, protocol, username, password } = new URL(smtpUrl);
  const implicitTls = protocol === 'smtps:';
  return smtpMail({
    host: hostname,
    // RFC 8314: submission over TLS from the start, or upgraded by STARTTLS.
    port: port === '' ? (implicitTls ? 465 : 587) : Number(port),
    implicitTls,
    from: smtpFrom,
    ...(username === '' ? {} : { user: decodeURIComponent(username), password: decodeURIComponent(password) }),
  });
}
