import { faultOf, type Fault, type Problem } from '@smartscan/kernel';

/** Where the queue can't tell when there will be room. A queue has moved on by one after about this long. */
const RETRY_SECONDS = 2;

/**
 * Every way in which a document can end unread, once, beside what is wrong with its file: that `libs/documents` says. Codes,
 * statuses and tests are read off this table.
 */
const PROBLEMS = {
  empty: {
    kind: 'invalid',
    status: 400,
    title: 'The request has no body.',
    remedy: 'Send the file itself as the body: JPEG, PNG, WebP, GIF or PDF.',
  },
  overloaded: {
    kind: 'unavailable',
    status: 503,
    title: 'Too many documents are being read to finish another before its deadline.',
    remedy: 'Try again after the time that Retry-After names, or allow more time in SmartScan-Deadline-Seconds.',
    retryAfterSeconds: RETRY_SECONDS,
  },
  tenant_share: {
    kind: 'limited',
    status: 429,
    title: 'The documents of this workspace that are waiting already take all of its share.',
    remedy: 'Wait for some to end, or send them with Prefer: respond-async and SmartScan-Lane: batch.',
    retryAfterSeconds: RETRY_SECONDS,
  },
  deadline_too_short: {
    kind: 'invalid',
    status: 422,
    title: 'The document takes longer to read than its deadline allows, however idle we are.',
    remedy: 'Allow more time in SmartScan-Deadline-Seconds, or send fewer pages.',
  },
  interrupted: {
    kind: 'unavailable',
    status: 503,
    title: 'The reading was interrupted on our side.',
    remedy: 'Send the document again: nothing of it was kept.',
  },
  cancelled: {
    kind: 'conflict',
    status: 409,
    title: 'The reading was given up.',
    remedy: 'Send the document again to have it read.',
  },
  document_not_found: {
    kind: 'not_found',
    status: 404,
    title: 'There is no such document.',
    remedy: 'It may never have existed, be past its retention, deleted, or, if nothing is retained, fetched already.',
  },
  image_not_kept: {
    kind: 'not_found',
    status: 404,
    title: 'There is no picture of such a page.',
    remedy: 'Pictures are kept only where the retention of document_images is set, from then on and for so long.',
  },
  not_completed: {
    kind: 'conflict',
    status: 409,
    title: 'There is nothing to review: the document was not read to its end.',
    remedy: 'Wait until its status is completed.',
  },
  no_such_field: {
    kind: 'invalid',
    status: 422,
    title: 'A correction points to something that is no field.',
    remedy: 'Point to a member of the document that has a value and a status, such as /readings/0/fields/sys.',
  },
  bad_value: {
    kind: 'invalid',
    status: 422,
    title: 'A correction has a value of another type than its field.',
    remedy: 'Send a number where the field has a unit, text elsewhere, or null for no value.',
  },
} as const satisfies Record<string, Problem>;

export type DocumentProblemName = keyof typeof PROBLEMS;
export const DOCUMENT_PROBLEMS: Readonly<Record<DocumentProblemName, Problem>> = PROBLEMS;

/** The fault that it ends with. `retryAfter`: seconds, where they are known better than by the table. */
export const problem = (name: DocumentProblemName, retryAfter?: number): Fault =>
  faultOf(`extraction.${name}`, DOCUMENT_PROBLEMS[name], retryAfter);
