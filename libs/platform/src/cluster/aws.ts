import type { MiddlewareStack } from '@smithy/types';
import { refusePlaintext } from './plaintext.ts';

/** How AWS is reached. */
export interface AwsOptions {
  /** AWS's own name, such as `eu-west-1`. */
  readonly region: string;
  /** Instead of the region's public address: a VPC endpoint, or a stand-in on loopback. Must be https otherwise (P40). */
  readonly endpoint?: string;
  /** Instead of the provider chain's: in a cell, the role of the service account. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** All in milliseconds. */
export interface AwsPatience {
  /** For a connection. */
  readonly connect: number;
  /** For the head of one answer, the request's body sent. */
  readonly attempt: number;
  /** For a call as a whole: all attempts, the pauses between them, the answer's body. */
  readonly call: number;
}

/** Ours: a second for what was a passing trouble, and a third; the SDK waits up to 0.1 s, then up to 0.2 s between them. */
const ATTEMPTS = 3;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What every client of AWS's is made with. `setting` names where `endpoint` comes from. Fault `platform.plaintext_refused`. */
export function awsClient({ region, endpoint, credentials }: AwsOptions, setting: string, patience: AwsPatience) {
  if (endpoint !== undefined) refusePlaintext(endpoint, setting);
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    // The SDK's own lines would stand between those of the log.
    logger: silent,
    requestHandler: {
      connectionTimeout: patience.connect,
      requestTimeout: patience.attempt,
      throwOnRequestTimeout: true,
      logger: silent,
    },
  } as const;
}

/**
 * The SDK also takes an endpoint from variables and files of its own. Whatever a request is addressed to in the end, it
 * goes over TLS or stays on this machine: Fault `platform.plaintext_refused` before a byte of it is sent.
 */
export function holdToTls<I extends object, O extends object>(
  client: { readonly middlewareStack: MiddlewareStack<I, O> },
  setting: string,
): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { protocol, hostname } = args.request as { protocol: string; hostname: string };
      refusePlaintext({ host: hostname, tls: protocol === 'https:' }, setting);
      return next(args);
    },
    { step: 'finalizeRequest', name: 'holdToTls', priority: 'low' },
  );
}

/** What AWS calls an error; of whatever else it may be, nothing. */
export function awsCode(error: unknown): string {
  const { name } = (error ?? {}) as { name?: unknown };
  return typeof name === 'string' && /^[A-Za-z0-9.]{1,64}$/.test(name) ? name : 'unknown';
}

export const awsStatus = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

/** Errors with a status of 4xx that nevertheless pass by themselves: clocks, credentials that are renewed, load. */
const PASSING = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'OperationAborted',
  'RequestExpired',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Whether another try later can succeed without anybody's doing: no answer or no sense in it, 5xx, or one of those above. */
export function awsPasses(error: unknown): boolean {
  const status = awsStatus(error);
  const answered = status !== undefined && status >= 300 && status < 500 && status !== 429;
  return !answered || PASSING.has(awsCode(error));
}
