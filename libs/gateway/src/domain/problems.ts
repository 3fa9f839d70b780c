import { Fault, type FaultExtras, type FaultKind } from '@smartscan/kernel';

interface ProblemType {
  readonly kind: FaultKind;
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
}

/** Every problem that the gateway itself answers with. Those of the operations' owners are in their contracts. */
export const PROBLEMS = {
  url_malformed: {
    kind: 'invalid',
    status: 400,
    title: 'The URL is not well formed.',
    remedy: 'Percent-encode what is not allowed in a path.',
  },
  request_malformed: {
    kind: 'invalid',
    status: 400,
    title: 'The request is not well-formed HTTP.',
    remedy: 'Send HTTP/1.1 as in RFC 9112.',
  },
  request_timeout: {
    kind: 'invalid',
    status: 408,
    title: 'The request took too long to arrive.',
    remedy: 'Send request line and headers at once.',
  },
  headers_too_large: {
    kind: 'invalid',
    status: 431,
    title: 'The headers are too large.',
    remedy: 'Keep request line and headers under 16 KiB.',
  },
  credential_in_url: {
    kind: 'invalid',
    status: 400,
    title: 'There is a credential in the URL.',
    remedy: 'Send the key in the Authorization header. Revoke this one: URLs are written to logs along the way.',
  },
  key_missing: {
    kind: 'unauthenticated',
    status: 401,
    title: 'This operation needs an API key.',
    remedy: 'Send `Authorization: Bearer ssp_live_…`.',
  },
  key_malformed: {
    kind: 'unauthenticated',
    status: 401,
    title: 'This is not an API key.',
    remedy: 'Compare it with the one that you were given: its checksum is wrong.',
  },
  key_invalid: {
    kind: 'unauthenticated',
    status: 401,
    title: 'The API key is not valid.',
    remedy: 'Use a key that exists, has not expired and was not revoked.',
  },
  wrong_region: {
    kind: 'invalid',
    status: 421,
    title: 'The key belongs to the other region.',
    remedy: 'Send the request to the host named in `host`. Nothing of its body was read.',
  },
  scope_missing: {
    kind: 'forbidden',
    status: 403,
    title: 'The API key may not do this.',
    remedy: 'Use a key with the scope named in `scope`.',
  },
  not_permitted: {
    kind: 'forbidden',
    status: 403,
    title: 'The API key is not permitted to do this.',
    remedy: 'Ask an admin of the workspace for another key. One that was made a moment ago works within seconds.',
  },
  authorization_unavailable: {
    kind: 'unavailable',
    status: 503,
    title: 'It could not be decided whether the API key may do this.',
    remedy: 'Wait for as many seconds as Retry-After says, then send it again.',
  },
  rate_limited: {
    kind: 'limited',
    status: 429,
    title: 'Too many requests in this window.',
    remedy: 'Wait for as many seconds as Retry-After says.',
  },
  too_many_in_flight: {
    kind: 'limited',
    status: 429,
    title: 'Too many requests at the same time.',
    remedy: 'Wait for some of the running requests to end.',
  },
  route_unknown: {
    kind: 'not_found',
    status: 404,
    title: 'There is nothing at this path.',
    remedy: 'See /docs for what there is.',
  },
  method_not_allowed: {
    kind: 'invalid',
    status: 405,
    title: 'This path does not take this method.',
    remedy: 'Use one of those named in Allow.',
  },
  media_type_unsupported: {
    kind: 'invalid',
    status: 415,
    title: 'The operation does not take a body of this media type.',
    remedy: 'Send one of those named in `accepted` as Content-Type.',
  },
  not_acceptable: {
    kind: 'invalid',
    status: 406,
    title: 'The operation answers in no form that is accepted.',
    remedy: 'Name one of those in `offered` in Accept, or send none.',
  },
  content_coding_unsupported: {
    kind: 'invalid',
    status: 415,
    title: 'Encoded bodies are not taken.',
    remedy: 'Send the body without Content-Encoding.',
  },
  body_missing: {
    kind: 'invalid',
    status: 400,
    title: 'The operation needs a body.',
    remedy: 'Send one, with Content-Length or chunked.',
  },
  body_not_expected: {
    kind: 'invalid',
    status: 400,
    title: 'The operation takes no body.',
    remedy: 'Send none.',
  },
  body_too_large: {
    kind: 'invalid',
    status: 413,
    title: 'The body is too large.',
    remedy: 'Keep it under the bytes named in `max_bytes`.',
  },
  json_malformed: {
    kind: 'invalid',
    status: 400,
    title: 'The body is not JSON.',
    remedy: 'Send one JSON object in UTF-8.',
  },
  card_number: {
    kind: 'invalid',
    status: 400,
    title: 'The body holds what looks like a payment card number.',
    remedy: 'Leave it out: we never take full card numbers. Nothing of the body was kept.',
  },
  invalid_request: {
    kind: 'invalid',
    status: 400,
    title: 'The request does not fit what this operation takes.',
    remedy: 'Correct the members named in `errors`.',
  },
  upload_idle: {
    kind: 'invalid',
    status: 408,
    title: 'The body stopped arriving.',
    remedy: 'Send it again, over a steadier connection.',
  },
  upload_too_slow: {
    kind: 'invalid',
    status: 408,
    title: 'The body took too long to arrive.',
    remedy: 'Send it faster, or a smaller one.',
  },
  client_gone: {
    kind: 'invalid',
    status: 499,
    title: 'The client went away.',
    remedy: 'Keep the connection open until the answer is there.',
  },
  idempotency_key_malformed: {
    kind: 'invalid',
    status: 400,
    title: 'The Idempotency-Key is not well formed.',
    remedy: 'Send a string of 1 to 255 printable ASCII characters, best a UUID.',
  },
  idempotency_key_in_use: {
    kind: 'conflict',
    status: 409,
    title: 'The first request with this Idempotency-Key is still running.',
    remedy: 'Wait for as many seconds as Retry-After says, then send it again.',
  },
  idempotency_key_reused: {
    kind: 'invalid',
    status: 422,
    title: 'Another request had this Idempotency-Key.',
    remedy: 'Use a new key for a new request.',
  },
  'result-not-retained': {
    kind: 'conflict',
    status: 409,
    title: 'The request was done before, and its result is not kept.',
    remedy: 'Send it under a new Idempotency-Key to have it done again.',
  },
  time_limit: {
    kind: 'unavailable',
    status: 504,
    title: 'The operation took too long.',
    remedy: 'Try again; where the operation can be answered later, send `Prefer: respond-async`.',
  },
  stopping: {
    kind: 'unavailable',
    status: 503,
    title: 'This server is being stopped.',
    remedy: 'Send the request again: another one will take it.',
  },
  overloaded: {
    kind: 'unavailable',
    status: 503,
    title: 'Too many keys are being checked at the moment.',
    remedy: 'Try again in a second.',
  },
  internal: {
    kind: 'internal',
    status: 500,
    title: 'Something went wrong on our side.',
    remedy: 'Try again; if it stays, send us the `request_id`.',
  },
} as const satisfies Record<string, ProblemType>;
export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal of the gateway's own. `extras` may add bounds, enums and ids, never what the caller sent. */
export function refusal(code: ProblemCode, extras: Pick<FaultExtras, 'members' | 'retryAfterSeconds'> = {}): Fault {
  const { kind, status, title, remedy } = PROBLEMS[code];
  return new Fault(kind, code, title, { status, remedy, ...extras });
}
