import { z } from 'zod';
import { idPattern } from '@smartscan/kernel';
import { defineOperation } from '../operation.ts';
import { scan, startScan } from '../vitals.ts';
import { scanForms } from './fhir.ts';
import { RECORDED, traceChunk } from './recorded.ts';

/**
 * A second of 32 patches at 60 frames a second is some 120 kB as JavaScript writes its numbers; of twenty at 30, 35 kB. Ours:
 * what is read at once on the thread that answers.
 */
export const TRACES_MAX_BYTES = 150_000;

/** Of crops: two seconds of the largest at 60 a second are 3 MB. They are read where scans are. Ours. */
export const CHUNK_MAX_BYTES = 4_000_000;

/** Without a chunk. A phone that changes networks is back within seconds; what is silent for longer won't go on. Ours. */
export const RECORDING_IDLE_SECONDS = 30;

/** From its opening to its end: as long as the gateway lets an upload last. Ours. */
export const RECORDING_MAX_SECONDS = 300;

export const recordingPreview = z.object({
  heart_rate: z.number().nullable().describe('Per minute, of the latest seconds; null while there is none'),
  snr_db: z.number().nullable(),
  seconds: z.number().describe('Recorded so far'),
  reasons: z.array(z.string()).describe('Why there is no heart rate yet'),
});

export const recording = z.object({
  id: z.string().describe('Of the scan that it becomes'),
  next_sequence: z.int().describe('Number of the chunk that is taken next'),
  preview: recordingPreview,
  guidance: z
    .array(z.enum(['show_face', 'hold_still', 'more_light', 'less_light', 'come_closer', 'keep_recording', 'finish']))
    .describe('What the person can do now, most urgent first'),
});

const recordingId = z.string().regex(idPattern('scan'));
const shared = {
  owner: 'vitals',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
} as const;

const { lane: _lane, declared_bytes: _bytes, content: _content, ...told } = startScan.input.shape;
const { lane: _laneHeader, declared_bytes: _bytesHeader, ...toldIn } = startScan.headers;

export const openRecording = defineOperation({
  ...shared,
  name: 'open_recording',
  method: 'POST',
  path: '/v1/recordings',
  title: 'Open a recording of colour traces or crops',
  description: `For a device that follows the face itself: mean colours of patches of its skin, or small crops of it, in chunks, while they are recorded. A recording is a scan from here on: it is followed, cancelled, read and deleted under the same id at \`/v1/scans\`. What is told of the person, and what becomes of it, is as with a video. It lives in the memory of one process and is given up when nothing comes for ${RECORDING_IDLE_SECONDS} seconds, or when it isn’t over within ${RECORDING_MAX_SECONDS / 60} minutes.`,
  input: z.object({
    ...told,
    content: z.enum(RECORDED).optional().describe('Of the chunks: `traces` if not told, or `frames`, pre-cropped'),
  }),
  headers: toldIn,
  status: 201,
  output: recording,
  errors: [
    'vitals.overloaded',
    'vitals.tenant_share',
    'vitals.deadline_too_short',
    'vitals.interrupted',
    'vitals.bad_telemetry',
  ],
  scope: 'scans:write',
});

export const getRecording = defineOperation({
  ...shared,
  name: 'get_recording',
  method: 'GET',
  path: '/v1/recordings/{id}',
  title: 'Read how a recording is going',
  description: 'For a device that lost an answer or its connection: which chunk is taken next.',
  input: z.object({ id: recordingId }),
  output: recording,
  errors: ['vitals.recording_not_found', 'vitals.recording_lost'],
  scope: 'scans:read',
});

export const addChunk = defineOperation({
  ...shared,
  name: 'add_chunk',
  method: 'PUT',
  path: '/v1/recordings/{id}/chunks/{sequence}',
  title: 'Send a chunk of a recording',
  description:
    'Numbered from 0, in order, best one a second. Answers 202 with a preview of the heart rate, at most once for each second that was recorded, and with what the person can do; while all workers scan, with the preview before. The chunk with `last=true` ends the recording and answers 200 with the scan, as one of a video is answered. A chunk that comes again changes nothing, whatever is in it. However a recording is cut, its result is the same. Results of traces that come without motion, position or backdrop are `low_confidence` and say so: what moves or flickers like a pulse can’t be told from one.',
  input: z.object({
    id: recordingId,
    sequence: z.coerce.number().int().min(0).max(1_000_000),
    last: z.enum(['true', 'false']).optional().describe('Whether this chunk ends the recording'),
  }),
  stream: {
    mediaTypes: ['application/json', 'application/octet-stream'],
    maxBytes: CHUNK_MAX_BYTES,
    description: `What was recorded since the chunk before. Of \`traces\`, JSON, at most ${TRACES_MAX_BYTES} bytes. Of \`frames\`, a YUV4MPEG2 stream with a head of its own: 4:2:0, 8 bits, at most 128 × 128 pixels, one size for the whole recording, in BT.601; each picture begins with the line \`FRAME XTIME=<seconds>\``,
    schema: traceChunk,
  },
  output: scan,
  representations: scanForms,
  also: { 202: recording },
  errors: [
    'vitals.recording_not_found',
    'vitals.recording_lost',
    'vitals.bad_chunk',
    'vitals.chunk_gap',
    'vitals.recording_complete',
    'vitals.too_many_chunks',
    'vitals.too_large',
    'vitals.too_short',
    'vitals.too_long',
    'vitals.no_face',
    'vitals.several_faces',
    'vitals.too_dark',
    'vitals.frozen_picture',
    'vitals.interrupted',
    'vitals.recording_abandoned',
    'vitals.cancelled',
    'vitals.scan_not_found',
  ],
  scope: 'scans:write',
});
