import { z } from 'zod';
import { DOCUMENT_MEDIA_TYPES, DOCUMENT_TYPES, idPattern } from '@smartscan/kernel';
import { defineCustody, definePhiAccess } from './custody.ts';
import { defineEvent, field } from './event.ts';
import { documentForms } from './extraction/fhir.ts';
import { readPage, reading } from './extraction/readings.ts';
import { jobSummary, turnHeaders, turnInput, whoseHeaders, whoseInput } from './job.ts';
import { defineOperation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

export const custody = defineCustody('extraction');
export const phiAccessed = definePhiAccess('extraction');

const documentKey = { workspace_id: field.id('workspace'), document_id: field.id('document') };
const documentEvent = <S extends z.ZodRawShape>(name: string, extra: S) =>
  defineEvent({
    owner: 'extraction',
    name,
    version: 1,
    body: z.object({ ...documentKey, ...extra }) as z.ZodObject<typeof documentKey & S>,
    key: (body) => (body as { document_id: string }).document_id,
    purpose: 'provide_service',
    audit: 'phi',
  });

export const documentAccepted = documentEvent('document_accepted', {});
export const documentCompleted = documentEvent('document_completed', {
  retained: field.flag(),
  pages: field.count(),
  readings: field.count(),
  cpu_ms: field.count(),
});
export const documentFailed = documentEvent('document_failed', { problem: field.name() });
export const documentCancelled = documentEvent('document_cancelled', {});
export const documentReviewed = documentEvent('document_reviewed', { fields: field.count() });
export const documentDeleted = documentEvent('document_deleted', {});

const documentId = z.string().regex(idPattern('document'));

export const documentListItem = z.object(jobSummary);

export const document = z.object({
  ...jobSummary,
  subject_id: z.string().nullable().describe('Our own name for the person, where patient_id was given'),
  patient_id: z.string().nullable(),
  visit_id: z.string().nullable(),
  readings: z
    .array(reading)
    .nullable()
    .describe('The document, or the devices on a photo, the one with the largest digits first'),
  pages: z.array(readPage).nullable(),
  images_retained: z.boolean().describe('Whether pictures of its pages are stored'),
  timings_ms: z.record(z.string(), z.number()).nullable(),
  models: z.record(z.string(), z.string()).nullable().describe('SHA-256 digest of each model that took part'),
});

/** The company's published limit. */
export const DOCUMENT_BODY_MAX_BYTES = 10_000_000;

/** How a kind of document and what is read from it is described to a caller. */
export const documentType = z.object({
  type: z.enum(DOCUMENT_TYPES),
  title: z.string(),
  is_device: z.boolean(),
  fields: z.array(
    z.object({
      name: z.string(),
      meaning: z.string(),
      units: z
        .array(
          z.object({
            ucum: z.string(),
            loinc: z.string().nullable(),
            least: z.number(),
            most: z.number(),
          }),
        )
        .describe('Of a value with a unit: those in which such devices show it, and between what'),
    }),
  ),
  lists: z.array(z.object({ name: z.string(), meaning: z.string() })),
});

const READ_PROBLEMS = [
  'documents.unsupported_type',
  'documents.file_too_large',
  'documents.unreadable',
  'documents.picture_too_large',
  'documents.encrypted',
  'documents.too_many_pages',
] as const;

export const readDocument = defineOperation({
  owner: 'extraction',
  name: 'read_document',
  method: 'POST',
  path: '/v1/documents',
  title: 'Read a photo of a medical device, or a clinical document',
  description:
    'The body is the file itself: a picture or a PDF. It is read in memory; of its metadata only how it was held is looked at. Answers 200 with what was read, or, with `Prefer: respond-async`, 202 with a document to poll. Each value says how sure it is, where on the page it was read, and what else it could be; one that is not sure is refused. Pictures of the pages are kept only where the retention of `document_images` says so.',
  input: z.object({
    ...whoseInput,
    type: z.enum(DOCUMENT_TYPES).optional().describe('What it is: then nothing else is looked for'),
    confidence_threshold: z.coerce
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('A value that is less sure than this is refused'),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/)
      .max(35)
      .optional()
      .describe('BCP 47 tag of the language of the document, such as `en-US`: which of day and month comes first'),
    ...turnInput,
  }),
  headers: {
    ...whoseHeaders,
    type: 'smartscan-document-type',
    confidence_threshold: 'smartscan-confidence-threshold',
    language: 'content-language',
    ...turnHeaders,
  },
  stream: {
    mediaTypes: [...DOCUMENT_MEDIA_TYPES, 'application/octet-stream'],
    maxBytes: DOCUMENT_BODY_MAX_BYTES,
    description: 'JPEG, PNG, WebP, GIF or HEIC, or a PDF of at most 30 pages',
  },
  output: document,
  representations: documentForms,
  also: { 202: documentListItem },
  errors: [...READ_PROBLEMS, 'extraction.overloaded', 'extraction.tenant_share', 'extraction.deadline_too_short'],
  scope: 'documents:write',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const getDocument = defineOperation({
  owner: 'extraction',
  name: 'get_document',
  method: 'GET',
  path: '/v1/documents/{id}',
  title: 'Read what was read from a document',
  description: 'Where nothing is retained, the first read after completion is the last.',
  input: z.object({ id: documentId }),
  output: document,
  representations: documentForms,
  errors: ['extraction.document_not_found'],
  scope: 'documents:read',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const listDocuments = defineOperation({
  owner: 'extraction',
  name: 'list_documents',
  method: 'GET',
  path: '/v1/documents',
  title: 'List documents, newest first',
  description: 'Without what was read: read a document for that.',
  input: z.object(pageInput),
  output: pageOf(documentListItem),
  scope: 'documents:read',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const getPageImage = defineOperation({
  owner: 'extraction',
  name: 'get_page_image',
  method: 'GET',
  path: '/v1/documents/{id}/pages/{page}/image',
  title: 'Read the picture of a page',
  description:
    'As it was read, upright and without metadata, so that the polygons of the fields lie on it. Kept only where the retention of `document_images` says so.',
  input: z.object({ id: documentId, page: z.coerce.number().int().min(1).max(30) }),
  output: z.object({
    media_type: z.literal('image/jpeg'),
    width: z.int(),
    height: z.int(),
    data: z.base64(),
  }),
  errors: ['extraction.document_not_found', 'extraction.image_not_kept'],
  scope: 'documents:read',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

/** What a person can say of one document in one request. Ours. */
const MAX_CORRECTIONS = 200;

export const reviewDocument = defineOperation({
  owner: 'extraction',
  name: 'review_document',
  method: 'PATCH',
  path: '/v1/documents/{id}',
  title: 'Say what stands in a field',
  description:
    'What a person says is kept beside what the machine read, with who and when, and replaces an earlier review. It is never used for training.',
  input: z.object({
    id: documentId,
    corrections: z
      .array(
        z.object({
          field: z
            .string()
            .max(200)
            .describe('JSON Pointer (RFC 6901) to the field: `/readings/0/fields/sys`, `/readings/0/results/3/result`'),
          value: z.union([z.string().max(1_000), z.number()]).nullable(),
        }),
      )
      .min(1)
      .max(MAX_CORRECTIONS),
  }),
  output: document,
  errors: [
    'extraction.document_not_found',
    'extraction.not_completed',
    'extraction.no_such_field',
    'extraction.bad_value',
  ],
  scope: 'documents:write',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const deleteDocument = defineOperation({
  owner: 'extraction',
  name: 'delete_document',
  method: 'DELETE',
  path: '/v1/documents/{id}',
  title: 'Delete a document, what was read from it and its pictures',
  description: 'One that is still being read is given up.',
  input: z.object({ id: documentId }),
  output: z.object({ id: z.string(), deleted: z.literal(true) }),
  errors: ['extraction.document_not_found'],
  scope: 'documents:write',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
});

export const listDocumentTypes = defineOperation({
  owner: 'extraction',
  name: 'list_document_types',
  method: 'GET',
  path: '/v1/document-types',
  title: 'What can be read from which document',
  input: z.object({}),
  output: z.object({ types: z.array(documentType) }),
  scope: 'documents:read',
  purpose: 'provide_service',
  public: true,
});
