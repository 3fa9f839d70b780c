import type { X509Certificate } from 'node:crypto';
import { servicesIn } from './certificates.ts';

const named = (subjectAltName: string | undefined): string[] => [
  ...servicesIn({ subjectAltName } as unknown as X509Certificate),
];

describe('the services that a certificate speaks for', () => {
  it('are its DNS names in our zone, and no other', () => {
    expect(named('DNS:vitals.smartscan.internal, DNS:vitals.eu.svc, DNS:audit.smartscan.internal')).toEqual([
      'vitals',
      'audit',
    ]);
    expect(
      named('DNS:vitals.smartscan.internal.example, DNS:a.vitals.smartscan.internal, DNS:*.smartscan.internal'),
    ).toEqual([]);
    expect(
      named('URI:spiffe://gateway.smartscan.internal, email:gateway.smartscan.internal, IP Address:127.0.0.1'),
    ).toEqual([]);
    expect(named(undefined)).toEqual([]);
  });

  it('are none where a name is quoted, which could feign the comma between two', () => {
    expect(named('URI:"http://x/, DNS:gateway.smartscan.internal, y", DNS:vitals.smartscan.internal')).toEqual([]);
  });
});
