import { z } from 'zod';
import { idPattern, JOB_STATUSES, MARKER_NAMES } from '@smartscan/kernel';
import { defineCustody, definePhiAccess } from './custody.ts';
import { defineEvent, field } from './event.ts';
import { jobSummary, turnHeaders, turnInput, whoseHeaders, whoseInput } from './job.ts';
import { defineOperation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';
import { scanForms } from './vitals/fhir.ts';
import { personHeaders, personInput } from './vitals/person.ts';
import { RECORDED, traceChunk } from './vitals/recorded.ts';

export const custody = defineCustody('vitals');
export const phiAccessed = definePhiAccess('vitals');

const scanKey = { workspace_id: field.id('workspace'), scan_id: field.id('scan') };
const scanEvent = <S extends z.ZodRawShape>(name: string, extra: S) =>
  defineEvent({
    owner: 'vitals',
    name,
    version: 1,
    body: z.object({ ...scanKey, ...extra }) as z.ZodObject<typeof scanKey & S>,
    key: (body) => (body as { scan_id: string }).scan_id,
    purpose: 'provide_service',
    audit: 'phi',
  });

export const scanAccepted = scanEvent('scan_accepted', {});
export const scanCompleted = scanEvent('scan_completed', {
  retained: field.flag(),
  frames: field.count(),
  cpu_ms: field.count(),
});
export const scanFailed = scanEvent('scan_failed', { problem: field.name() });
export const scanCancelled = scanEvent('scan_cancelled', {});
export const scanDeleted = scanEvent('scan_deleted', {});

export const marker = z.object({
  value: z.number().nullable(),
  unit: z.string().describe('UCUM'),
  confidence: z.number().min(0).max(1),
  status: z.enum(['ok', 'low_confidence', 'refused', 'unsupported']),
  reasons: z.array(z.string()),
  method: z.string(),
  interval: z.tuple([z.number(), z.number()]).optional(),
  calibrated_at: z.iso.datetime().optional().describe('When the reference reading was taken that the value rests on'),
  wellness_estimate: z.boolean().optional().describe('Not measured and not calibrated: on request only'),
});

/** A result that was kept before a marker came to be does not have it. */
export const markers = z
  .partialRecord(z.enum(MARKER_NAMES), marker)
  .describe(
    `By name: ${MARKER_NAMES.join(', ')}. A marker has a value where its status is \`ok\` or \`low_confidence\`; else \`reasons\` say why not: the video (\`refused\`), an input that the request lacks (\`needs_…\`), or that no scan gives it (\`unsupported\`). \`confidence\` is the probability that the truth lies within what a reader can live with, \`interval\` holds it with 95 %.`,
  );

/** What an SDK may tell of the device, and nothing else (P18). Unknown members are refused. */
export const telemetry = z.strictObject({
  camera_model: z.string().max(80).optional(),
  os_version: z.string().max(40).optional(),
  orientation: z.enum(['portrait', 'portrait_upside_down', 'landscape_left', 'landscape_right']).optional(),
  ambient_light: z.number().min(0).max(200_000).describe('lux').optional(),
  face_quality: z.number().min(0).max(1).optional(),
});

const scanId = z.string().regex(idPattern('scan'));

export const scanListItem = z.object(jobSummary);

export const scanQuality = z.object({
  snr_db: z.number().nullable(),
  regions: z.array(z.object({ name: z.string(), snr_db: z.number().nullable() })),
  frames: z.int(),
  fps: z.number(),
  duration_seconds: z.number(),
  codec: z
    .string()
    .describe(
      '`traces` where a device sent colours and no pictures, and what is said of pictures is null; `frames` where it sent crops',
    ),
  bitrate_kbps: z.number().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  rotation: z.int().nullable(),
  face_quality: z.number().nullable(),
  decoder: z.string(),
});

export const scan = z.object({
  ...jobSummary,
  subject_id: z
    .string()
    .nullable()
    .describe('Our own name for the person, where patient_id was given: for calibrations'),
  patient_id: z.string().nullable(),
  visit_id: z.string().nullable(),
  markers: markers.nullable(),
  quality: scanQuality.nullable(),
  timings_ms: z.record(z.string(), z.number()).nullable(),
  models: z.record(z.string(), z.string()).nullable().describe('SHA-256 digest of each model that took part'),
});

export const scanProgress = z.object({
  id: z.string(),
  status: z.enum(JOB_STATUSES),
  stage: z.enum(['received', 'decoding', 'analysing', 'done']),
  share: z.number().min(0).max(1),
});

/** Megabytes here are 10^6 bytes. 100 MB hold 60 s at 13 Mbit/s, more than any phone's front camera records. Ours. */
export const SCAN_BODY_MAX_BYTES = 100_000_000;

/** Of colour traces: a minute of 32 patches at 60 frames a second is some 7 MB of JSON. Ours. */
export const SCAN_TRACES_MAX_BYTES = 8_000_000;

const VIDEO_PROBLEMS = [
  'vitals.not_a_video',
  'vitals.corrupt',
  'vitals.too_large',
  'vitals.unsupported_codec',
  'vitals.too_short',
  'vitals.too_long',
  'vitals.no_face',
  'vitals.several_faces',
  'vitals.too_dark',
  'vitals.frozen_picture',
  'vitals.overloaded',
  'vitals.tenant_share',
  'vitals.deadline_too_short',
] as const;

export const startScan = defineOperation({
  owner: 'vitals',
  name: 'start_scan',
  method: 'POST',
  path: '/v1/scans',
  title: 'Turn a face video into vitals',
  description:
    'The body is the video itself, 10 to 60 seconds of one face, or, as `SmartScan-Recording` says, what a device made of it: colour traces of patches of skin, or small crops of the face, as in the chunks of a recording, but in one piece. It is processed in memory and never stored. Answers 200 with the vitals, or, with `Prefer: respond-async`, 202 with a scan to poll, follow or cancel. A scan that would not be over before its deadline is refused at once, before its body is read where its length tells. What it tells of the person in headers is used for the markers whose formula asks for it, and kept nowhere.',
  input: z.object({
    ...whoseInput,
    telemetry: z
      .string()
      .max(1_024)
      .optional()
      .describe('JSON with camera_model, os_version, orientation, ambient_light, face_quality'),
    ...personInput,
    estimates: z
      .enum(['wellness'])
      .optional()
      .describe(
        '`wellness`: also oxygen saturation and blood pressure without a calibration, flagged, with wide intervals',
      ),
    ...turnInput,
    content: z
      .enum(['video', ...RECORDED])
      .optional()
      .describe('What the body is: a video if not told, or what a device made of one'),
  }),
  headers: {
    ...whoseHeaders,
    telemetry: 'smartscan-telemetry',
    ...personHeaders,
    estimates: 'smartscan-estimates',
    ...turnHeaders,
    content: 'smartscan-recording',
  },
  stream: {
    mediaTypes: [
      'video/mp4',
      'video/quicktime',
      'video/webm',
      'video/x-matroska',
      'application/octet-stream',
      'application/json',
    ],
    maxBytes: SCAN_BODY_MAX_BYTES,
    description: `MP4, QuickTime or WebM with H.264, HEVC, VP8 or VP9; of \`traces\`, JSON, at most ${SCAN_TRACES_MAX_BYTES} bytes; of \`frames\`, a YUV4MPEG2 stream as in a chunk of a recording`,
    schema: traceChunk,
  },
  output: scan,
  representations: scanForms,
  also: { 202: scanListItem },
  errors: [...VIDEO_PROBLEMS, 'vitals.bad_chunk', 'vitals.bad_telemetry'],
  scope: 'scans:write',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const getScan = defineOperation({
  owner: 'vitals',
  name: 'get_scan',
  method: 'GET',
  path: '/v1/scans/{id}',
  title: 'Read a scan',
  description: 'Of a scan whose result is not retained, the first read after completion is the last.',
  input: z.object({ id: scanId }),
  output: scan,
  representations: scanForms,
  errors: ['vitals.scan_not_found'],
  scope: 'scans:read',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const listScans = defineOperation({
  owner: 'vitals',
  name: 'list_scans',
  method: 'GET',
  path: '/v1/scans',
  title: 'List scans, newest first',
  description: 'Without results: read a scan for those.',
  input: z.object(pageInput),
  output: pageOf(scanListItem),
  scope: 'scans:read',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const followScan = defineOperation({
  owner: 'vitals',
  name: 'follow_scan',
  method: 'GET',
  path: '/v1/scans/{id}/events',
  title: 'Follow a scan by server-sent events',
  description: 'Ends when the scan does. The result itself is not in the events: read the scan.',
  input: z.object({ id: scanId }),
  output: scanProgress,
  events: true,
  errors: ['vitals.scan_not_found'],
  scope: 'scans:read',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const cancelScan = defineOperation({
  owner: 'vitals',
  name: 'cancel_scan',
  method: 'POST',
  path: '/v1/scans/{id}/cancel',
  title: 'Cancel a running scan',
  description: 'A scan that is over stays as it is.',
  input: z.object({ id: scanId }),
  output: scanListItem,
  errors: ['vitals.scan_not_found'],
  scope: 'scans:write',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
  idempotencyKey: false,
});

export const deleteScan = defineOperation({
  owner: 'vitals',
  name: 'delete_scan',
  method: 'DELETE',
  path: '/v1/scans/{id}',
  title: 'Delete a scan and its result',
  input: z.object({ id: scanId }),
  output: z.object({ id: z.string(), deleted: z.literal(true) }),
  errors: ['vitals.scan_not_found'],
  scope: 'scans:write',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});
