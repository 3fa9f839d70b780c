import { BlockList, isIP } from 'node:net';
import { Fault } from '@smartscan/kernel';

/** RFC 1122, 3.2.1.3 and RFC 4291, 2.5.3: what is sent there never leaves the machine. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const ENCRYPTED_SCHEMES = ['https:', 'smtps:'];

/** A host, and whether the connection to it is encrypted and its certificate is checked. */
export interface Connected {
  readonly host: string;
  readonly tls: boolean;
}

/** `localhost` (RFC 6761, 6.3) or an address of this machine's own; IPv6 with or without brackets. No name is looked up. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const version = isIP(bare);
  if (version === 0) return bare.toLowerCase() === 'localhost';
  return LOOPBACK.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Encryption can't be switched off (P40): whatever leaves this machine is encrypted. `target`: a URL, or what is known of
 * a connection that none describes. What can't be read is refused as well. Fault `platform.plaintext_refused`, which
 * names `setting` and nothing of the target: that may hold a password.
 */
export function refusePlaintext(target: string | Connected, setting: string): void {
  const { host, tls } = typeof target === 'string' ? connectedOf(target) : target;
  if (tls || isLoopback(host)) return;
  throw new Fault('invalid', 'platform.plaintext_refused', 'A connection over the network must be encrypted.', {
    remedy: `${setting} must be encrypted (https, TLS), unless it names this machine's own loopback.`,
  });
}

function connectedOf(url: string): Connected {
  if (!URL.canParse(url)) return { host: '', tls: false };
  const { protocol, hostname } = new URL(url);
  return { host: hostname, tls: ENCRYPTED_SCHEMES.includes(protocol) };
}
