import { z } from 'zod';
import { REGIONS } from '@smartscan/kernel';
import { LOG_LEVELS } from '../process/log.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const path = z.string().min(1);

/** `a=x,b=y` → `{ a: 'x', b: 'y' }` */
const pairs = z
  .string()
  .regex(/^[^=,\s]+=[^=,\s]+(,[^=,\s]+=[^=,\s]+)*$/, 'must be NAME=VALUE pairs with commas between')
  .transform((text) => new Map(text.split(',').map((pair) => pair.split('=') as [string, string])));

/** A secret store hands out one JSON object: the passwords of the roles that this process may log in as, by owner. */
const passwords = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON object of passwords by owner' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.string().regex(/^[0-9a-f]{32,}$/, 'must be hexadecimal, 32 digits at least')));

/** Where PostgreSQL and the broker are: what a service and the migration have in common. */
export const storeSettings = {
  region: z.enum(REGIONS),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  /** `postgres://HOST:PORT/DATABASE`; a service adds its own role. */
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/ }),
  /** PEM of the authority that PostgreSQL's certificate must come from; without it, those that the system trusts. */
  databaseCa: path.optional(),
  databasePasswords: passwords,
  /** `HOST:PORT` with commas between. */
  brokers: z
    .string()
    .regex(/^[^\s,]+:\d+(,[^\s,]+:\d+)*$/, 'must be HOST:PORT with commas between')
    .transform((text) => text.split(',')),
  brokerCa: path.optional(),
  /** SCRAM-SHA-512, over TLS only. */
  brokerUser: z.string().min(1).optional(),
  brokerPassword: z.string().min(1).optional(),
  /** How many brokers keep each event; a write is acknowledged when all but one have it. */
  topicReplicas: z.coerce.number().int().min(1).max(5).default(3),
  topicPartitions: z.coerce.number().int().min(1).max(1_000).default(12),
  openfgaUrl: z.url({ protocol: /^https?$/ }),
  openfgaToken: z.string().min(1),
  openfgaStore: z.string().min(1).default('smartscan'),
};

/** Read by every service from `SMARTSCAN_<NAME>`, beside each context's own section. */
export const serviceSettings = z.object({
  ...storeSettings,
  host: z.string().default('0.0.0.0'),
  /** The public API, where a context serves one. */
  port: port.default(8080),
  opsPort: port.default(9464),
  /** Calls from other services, over mutual TLS. */
  servicePort: port.default(7443),
  /** Where the other processes of this service reach this one at its `servicePort`; without it, it is the only one. */
  replicaAddress: z
    .string()
    .regex(/^https:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\]):\d{1,5}$/, 'must be https://HOST:PORT')
    .optional(),
  /** Ours: load balancers and the cluster's own proxies hear within a few seconds that a pod is going. */
  drainSeconds: z.coerce.number().min(0).max(60).default(5),
  hostUs: z.string().default('api.us.smartscan.example'),
  hostEu: z.string().default('api.eu.smartscan.example'),
  /** Where the service of an owner is reached; `{owner}` is replaced. */
  serviceAddress: z.string().default('https://{owner}:7443'),
  /** Exceptions from that, `OWNER=URL` with commas between. */
  serviceAddresses: pairs.optional(),
  /** A folder with `ca.crt`, `tls.crt` and `tls.key`, as cert-manager writes them; read again when they change. */
  certificates: path,
  kmsKey: z.string().min(1),
  kmsEndpoint: z.url().optional(),
  bucket: z.string().min(3),
  /** The AWS account that the bucket must belong to. */
  bucketOwner: z.string().regex(/^\d{12}$/, 'must be an AWS account, 12 digits'),
  /** The key with which S3 encrypts what is sealed already; without it, the bucket's own. */
  bucketKey: z.string().min(1).optional(),
  bucketEndpoint: z.url().optional(),
  smtpUrl: z.url({ protocol: /^smtps?$/ }).optional(),
  smtpFrom: z.email().default('no-reply@smartscan.example'),
  /** OTLP over HTTP; without it nothing is traced. */
  tracesEndpoint: z.url().optional(),
  tracesRatio: z.coerce.number().min(0).max(1).default(0.05),
  /** The release, as traces name it. */
  release: z.string().min(1).default('development'),
});
export type ServiceSettings = z.output<typeof serviceSettings>;

/** Read by the migration: the owner's login comes in the URL, the passwords of all roles in `databasePasswords`. */
export const migrationSettings = z.object(storeSettings);
export type MigrationSettings = z.output<typeof migrationSettings>;
