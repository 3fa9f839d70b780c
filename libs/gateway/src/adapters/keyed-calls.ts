import { createHash, hash } from 'node:crypto';
import { pathMembers, type CallInputOf, type Operation } from '@smartscan/contracts/operation';
import type { Call, Reply, Services } from '@smartscan/platform/ports';
import type { AnswerOnce, Claim } from '../app/answer-once.ts';
import { canonicalJson } from '../domain/idempotency.ts';
import type { Upload } from './upload.ts';

export interface KeyedCall {
  readonly operation: Operation;
  readonly input: CallInputOf<Operation>;
  readonly call: Call;
  readonly upload: Upload | undefined;
  /** Idempotency-Key */
  readonly key: string;
}

/** Calls that carry an Idempotency-Key: the digests by which they are known again, and the way through. */
export class KeyedCalls {
  constructor(
    private readonly once: AnswerOnce,
    private readonly services: Services,
  ) {}

  async run(keyed: KeyedCall): Promise<Reply> {
    const { operation, call, key, upload } = keyed;
    const claim: Claim = {
      operation,
      scope: call,
      id: sha256(`${call.tenant}\n${operation.id}\n${key}`),
      fingerprint: upload ? undefined : fingerprintOf(keyed),
      place: placeOf(keyed),
    };
    const standing = await this.once.claim(claim);
    if (upload) upload.digest = createHash('sha256');
    if ('attempt' in standing) return this.first(keyed, claim, standing.attempt);
    if (upload) await readThrough(upload);
    return this.once.replay(standing.earlier, claim, fingerprintOf(keyed), call);
  }

  private async first(keyed: KeyedCall, claim: Claim, attempt: number): Promise<Reply> {
    const { operation, input, call, upload } = keyed;
    let reply: Reply;
    try {
      reply = await this.services.stream(operation, input, call, upload);
    } catch (error) {
      await this.once.release(claim, attempt);
      throw error;
    }
    // Of a body that was not read to its end there's no digest to know it by.
    if (upload && !upload.complete) await this.once.release(claim, attempt);
    else await this.once.finish(claim, attempt, fingerprintOf(keyed), reply);
    return reply;
  }
}

/** What the request's path names: it leads to what was made as well. */
const placeOf = ({ operation, input }: KeyedCall): Claim['place'] =>
  Object.fromEntries(pathMembers(operation.path).map((member) => [member, (input as Claim['place'])[member]]));

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/**
 * The key itself goes in: it is not stored, so nobody who reads the record can try out what a request with little in it
 * may have been.
 */
const fingerprintOf = ({ operation, input, key, upload }: KeyedCall): string =>
  sha256([key, operation.id, canonicalJson(input), upload?.digest?.copy().digest('hex') ?? ''].join('\n'));

async function readThrough(upload: Upload): Promise<void> {
  const chunks = upload[Symbol.asyncIterator]();
  while (!(await chunks.next()).done);
}
