import { z } from 'zod';
import { defineOperation } from '@smartscan/contracts/operation';

/** Operations for tests only: none of them is served by a process. */
const OWNED = { owner: 'audit', scope: 'none', purpose: 'secure_service' } as const;

export const BODY_MAX_BYTES = 256 * 1_048_576;
const stream = { mediaTypes: ['application/octet-stream'], maxBytes: BODY_MAX_BYTES, description: 'Bytes' };

/** Answers what it is given. */
export const echo = defineOperation({
  ...OWNED,
  name: 'conformance_echo',
  method: 'POST',
  path: '/internal/conformance/echo',
  title: 'Echo',
  input: z.object({
    text: z.string(),
    list: z.array(z.object({ n: z.number() })).default([]),
    secret: z.int().optional(),
  }),
  output: z.object({ text: z.string(), list: z.array(z.object({ n: z.number() })) }),
  also: { 202: z.object({ accepted: z.string() }) },
  representations: { 'application/x-shout+json': { schema: z.object({ shout: z.string() }), description: 'Aloud' } },
});

/** As `echo`, but may be asked twice. */
export const look = defineOperation({
  ...OWNED,
  name: 'conformance_look',
  method: 'GET',
  path: '/internal/conformance/look',
  title: 'Look',
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
});

export const upload = defineOperation({
  ...OWNED,
  name: 'conformance_upload',
  method: 'POST',
  path: '/internal/conformance/upload',
  title: 'Upload',
  input: z.object({}),
  stream,
  output: z.object({ bytes: z.int(), sha256: z.string() }),
  also: { 202: z.object({ accepted: z.string() }) },
});

export const follow = defineOperation({
  ...OWNED,
  name: 'conformance_follow',
  method: 'GET',
  path: '/internal/conformance/follow',
  title: 'Follow',
  input: z.object({ id: z.string() }),
  events: true,
  output: z.object({ n: z.int(), filling: z.string().default('') }),
});

export const nobody = defineOperation({
  ...OWNED,
  name: 'conformance_nobody',
  method: 'GET',
  path: '/internal/conformance/nobody',
  title: 'What nobody serves',
  input: z.object({}),
  output: z.object({}),
});
