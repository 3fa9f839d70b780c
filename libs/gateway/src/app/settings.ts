import { z } from 'zod';
import type { Quota } from '../domain/rate-window.ts';

const count = z.coerce.number().int().min(1).max(1_000_000);
const seconds = z.coerce.number().positive().max(3_600);

/** Read from `SMARTSCAN_GATEWAY_<NAME>`. All defaults are ours. */
export const gatewaySettings = z.object({
  /** What the URIs of problem types begin with. They name types and stay the same in every region and release. */
  problemBase: z.url().default('https://docs.smartscan.example/problems/'),
  /** Per key. Polling one scan twice a second is 120. */
  requestsPerMinuteFree: count.default(300),
  requestsPerMinutePaid: count.default(1_200),
  requestsPerMinuteEnterprise: count.default(6_000),
  /** Per network address, for what needs no key. Signing up hashes a password, which is costly on purpose. */
  requestsPerMinuteAnonymous: count.default(60),
  /** Per key, uploads and event streams included: one customer can't hold every connection. */
  inFlightPerKey: count.default(100),
  /** A phone that changes networks is back within seconds; what is silent for longer won't go on. */
  uploadIdleSeconds: seconds.default(15),
  /** 100 MB in 120 s are 6.7 Mbit/s, a weak mobile network's upload. */
  uploadSeconds: seconds.default(120),
});
export type GatewaySettings = z.output<typeof gatewaySettings>;

const WINDOW_SECONDS = 60;
export type Plan = 'free' | 'paid' | 'enterprise';

export const quotaOf = (settings: GatewaySettings, plan: Plan): Quota => {
  const requests = {
    free: settings.requestsPerMinuteFree,
    paid: settings.requestsPerMinutePaid,
    enterprise: settings.requestsPerMinuteEnterprise,
  }[plan];
  return { requests, windowSeconds: WINDOW_SECONDS };
};

export const anonymousQuota = (settings: GatewaySettings): Quota => ({
  requests: settings.requestsPerMinuteAnonymous,
  windowSeconds: WINDOW_SECONDS,
});
