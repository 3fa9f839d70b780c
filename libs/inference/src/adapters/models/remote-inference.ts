import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { z } from 'zod';
import type { Fault } from '@smartscan/kernel';
import type { InferOptions, ModelDescription, ModelRef, Tensors } from '@smartscan/platform/ports';
import { inferenceFailed, inferenceUnavailable, modelInput, modelUnknown } from '../../domain/inference-faults.ts';
import type { ModelHolder } from './model-holder.ts';
import { decodeResponse, encodeRequest, HEADER_LENGTH, TYPES } from './v2-protocol.ts';

/** A call with all its tries takes no longer. Ours: a run takes 50 ms at most, and who waits longer has lost its place. */
const TIMEOUT_MS = 5_000;
/** Waits before the second and the third try, milliseconds: a restarted connection, a server that was just full. Ours. */
const RETRY_AFTER_MS = [25, 100] as const;
/** Answers that say that another try may fare better. */
const MAY_PASS = new Set([429, 502, 503, 504]);
/** Ours: one thread has one picture on its way at a time; the others are for what is asked meanwhile. */
const CONNECTIONS = 4;
/** A description is some kilobytes, outputs are some hundred. Ours. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

const tensorMetadata = z.object({
  name: z.string(),
  datatype: z.string().transform((datatype, context) => {
    const type = TYPES.get(datatype);
    if (type !== undefined) return type;
    context.addIssue({ code: 'custom', message: 'unknown datatype' });
    return z.NEVER;
  }),
  shape: z.array(z.coerce.number().int()),
});
const modelMetadata = z.object({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: z.array(tensorMetadata),
  outputs: z.array(tensorMetadata),
  parameters: z.object({ digest: z.string().optional(), version: z.string().optional() }).optional(),
});

interface Answer {
  readonly status: number;
  readonly headerLength: string | undefined;
  readonly body: Uint8Array;
}

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const pathOf = ({ name, version }: ModelRef): string =>
  `/v2/models/${encodeURIComponent(name)}${version === undefined ? '' : `/versions/${encodeURIComponent(version)}`}`;

const faultOf = (status: number): Fault => {
  if (status === 404) return modelUnknown();
  // What exactly it did not like, it may have said with the values: that is not repeated.
  if (status < 500) return modelInput('The server that runs the model refuses the inputs.');
  return MAY_PASS.has(status) ? inferenceUnavailable() : inferenceFailed();
};

/** @throws Fault where the last try was not answered, or not well */
const wellOf = (answer: Answer | undefined): Answer => {
  if (answer === undefined) throw inferenceUnavailable();
  if (answer.status !== 200) throw faultOf(answer.status);
  return answer;
};

/** Ends early, and without an error, where the signal is aborted. */
const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
};

/** Models that a server runs: ours, or Triton. What it may load and how, it is told elsewhere. */
export class RemoteInference implements ModelHolder {
  readonly #pool: Pool;
  readonly #closed = new AbortController();

  /** @param url `https://HOST:PORT` of a server that speaks the Open Inference Protocol */
  constructor(url: string) {
    this.#pool = new Pool(url, {
      connections: CONNECTIONS,
      connectTimeout: TIMEOUT_MS,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
  }

  async infer(model: ModelRef, inputs: Tensors, options: InferOptions = {}): Promise<Tensors> {
    const { body, headers } = encodeRequest(inputs);
    const answer = await this.#ask({ method: 'POST', path: `${pathOf(model)}/infer`, headers, body }, options.signal);
    try {
      return decodeResponse(answer.body, answer.headerLength);
    } catch {
      throw inferenceFailed();
    }
  }

  async describe(model: ModelRef): Promise<ModelDescription> {
    const { body } = await this.#ask({ method: 'GET', path: pathOf(model) });
    try {
      const { name, versions, platform, inputs, outputs, parameters } = modelMetadata.parse(
        JSON.parse(Buffer.from(body).toString('utf8')),
      );
      return {
        name,
        version: model.version ?? parameters?.version ?? versions?.at(-1) ?? '',
        digest: parameters?.digest ?? 'unverified',
        platform,
        inputs: inputs.map(({ datatype, ...rest }) => ({ ...rest, type: datatype })),
        outputs: outputs.map(({ datatype, ...rest }) => ({ ...rest, type: datatype })),
      };
    } catch {
      throw inferenceFailed();
    }
  }

  /** The server has to have it already: only whether it is ready is asked. */
  load(name: string, version: string): Promise<ModelDescription> {
    return this.describe({ name, version });
  }

  unload(): Promise<void> {
    return Promise.resolve();
  }

  allocate(length: number): Float32Array {
    return new Float32Array(length);
  }

  async close(): Promise<void> {
    this.#closed.abort(inferenceUnavailable());
    await this.#pool.destroy();
  }

  /** Runs have no effects, so they can be tried again. */
  async #ask(sent: Sent, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const stops = [AbortSignal.timeout(TIMEOUT_MS), this.#closed.signal];
    const stop = AbortSignal.any(signal === undefined ? stops : [...stops, signal]);
    let last: Answer | undefined;
    for (const waitMs of [0, ...RETRY_AFTER_MS]) {
      await pause(waitMs, stop);
      if (stop.aborted) break;
      last = await this.#send(sent, stop).catch(() => undefined);
      if (last !== undefined && !MAY_PASS.has(last.status)) break;
    }
    signal?.throwIfAborted();
    return wellOf(last);
  }

  async #send(sent: Sent, signal: AbortSignal): Promise<Answer> {
    const { statusCode, headers, body } = await this.#pool.request({ ...sent, signal });
    const length = headers[HEADER_LENGTH];
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of body as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (bytes > MAX_ANSWER_BYTES) throw inferenceFailed();
      parts.push(part);
    }
    return {
      status: statusCode,
      headerLength: typeof length === 'string' ? length : undefined,
      body: Buffer.concat(parts),
    };
  }
}
