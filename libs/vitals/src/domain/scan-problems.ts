import { Fault, faultOf, type Problem } from '@smartscan/kernel';
import { MAX_PIXELS, MAX_SECONDS, MIN_SECONDS } from './limits.ts';

/** The video can be read, and shows what no pulse can be read from. */
const unusable = (title: string, remedy: string): Problem => ({ kind: 'invalid', status: 422, title, remedy });

/** Where the queue can't tell when there will be room. A queue has moved on by one after about this long. */
const RETRY_SECONDS = 5;

/** Every way in which a scan can end without vitals, once: codes, statuses, documents and tests are read off this table. */
const PROBLEMS = {
  not_a_video: {
    kind: 'invalid',
    status: 415,
    title: 'The body is not a video.',
    remedy: 'Send the file itself as the body: MP4, QuickTime or WebM.',
  },
  unsupported_codec: {
    kind: 'invalid',
    status: 415,
    title: 'The video is coded in a way that is not supported here.',
    remedy: 'Send H.264, HEVC, VP8 or VP9 in 8 bits.',
  },
  too_large: {
    kind: 'invalid',
    status: 413,
    title: 'The video is too large.',
    remedy: `Send at most ${MAX_PIXELS} pixels a picture (1080p); 640 × 480 is enough.`,
  },
  corrupt: unusable('The video can not be decoded to its end.', 'Record and send it again, whole.'),
  too_short: unusable('The recording is too short.', `Record at least ${MIN_SECONDS} seconds; 30 give every marker.`),
  too_long: unusable('The recording is too long.', `Record at most ${MAX_SECONDS} seconds.`),
  no_face: unusable('No face is seen for long enough.', 'Hold the whole face in the picture, from the front.'),
  several_faces: unusable('There is more than one face.', 'Record one person alone.'),
  too_dark: unusable('The face is too dark.', 'Turn to a window or a lamp, without light from behind.'),
  frozen_picture: unusable('The picture stands still or repeats.', 'Record a live video of a living face.'),
  overloaded: {
    kind: 'unavailable',
    status: 503,
    title: 'Too many scans are running to finish another before its deadline.',
    remedy: 'Try again after the time that Retry-After names, or allow more time in SmartScan-Deadline-Seconds.',
    retryAfterSeconds: RETRY_SECONDS,
  },
  tenant_share: {
    kind: 'limited',
    status: 429,
    title: 'The scans of this workspace that are waiting already take all of its share.',
    remedy: 'Wait for some to end, or send them with Prefer: respond-async and SmartScan-Lane: batch.',
    retryAfterSeconds: RETRY_SECONDS,
  },
  deadline_too_short: unusable(
    'The scan takes longer than its deadline allows, however idle we are.',
    'Allow more time in SmartScan-Deadline-Seconds, or send fewer or smaller pictures.',
  ),
  interrupted: {
    kind: 'unavailable',
    status: 503,
    title: 'The scan was interrupted on our side.',
    remedy: 'Send the video again: no frame of it was kept.',
  },
  recording_abandoned: {
    kind: 'conflict',
    status: 409,
    title: 'The recording was given up, since nothing more of it came in time.',
    remedy: 'Open a new recording, send its chunks as they are recorded, and say which is the last.',
  },
  cancelled: {
    kind: 'conflict',
    status: 409,
    title: 'The scan was cancelled.',
    remedy: 'Send the video again to start a new scan.',
  },
} as const satisfies Record<string, Problem>;

export type ScanProblemName = keyof typeof PROBLEMS;
export const SCAN_PROBLEMS: Readonly<Record<ScanProblemName, Problem>> = PROBLEMS;

/** The problem type's code on the wire. */
export const problemCode = (name: ScanProblemName): string => `vitals.${name}`;

export const scanNotFound = (): Fault =>
  new Fault('not_found', 'vitals.scan_not_found', 'There is no such scan.', {
    remedy: 'It may never have existed, be past its retention, deleted, or, if nothing is retained, fetched already.',
  });

/** The fault that a scan ends with. `retryAfter`: seconds, where they are known better than by the table. */
export const problem = (name: ScanProblemName, retryAfter?: number): Fault =>
  faultOf(problemCode(name), SCAN_PROBLEMS[name], retryAfter);
