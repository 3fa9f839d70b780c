import { z } from 'zod';
import { idPattern, REGIONS } from '@smartscan/kernel';
import { defineCustody } from './custody.ts';
import { defineEvent, field } from './event.ts';
import { defineOperation, SCOPES, type Scope } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

export const custody = defineCustody('identity');

const scope = z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]]);
const region = z.enum(REGIONS);

export const workspaceCreated = defineEvent({
  owner: 'identity',
  name: 'workspace_created',
  version: 1,
  body: z.object({ workspace_id: field.id('workspace'), region, plan: field.oneOf(['free', 'paid', 'enterprise']) }),
  key: (body) => body.workspace_id,
  purpose: 'administer_account',
  audit: 'admin',
});

export const apiKeyCreated = defineEvent({
  owner: 'identity',
  name: 'api_key_created',
  version: 1,
  body: z.object({ workspace_id: field.id('workspace'), key_id: field.id('apiKey') }),
  key: (body) => body.workspace_id,
  purpose: 'secure_service',
  audit: 'admin',
});

export const apiKeyRevoked = defineEvent({
  owner: 'identity',
  name: 'api_key_revoked',
  version: 1,
  body: z.object({ workspace_id: field.id('workspace'), key_id: field.id('apiKey') }),
  key: (body) => body.workspace_id,
  purpose: 'secure_service',
  audit: 'admin',
});

export const workspace = z.object({
  id: z.string(),
  name: z.string(),
  region,
  plan: z.enum(['free', 'paid', 'enterprise']),
  created_at: z.iso.datetime(),
});

export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters, to tell keys apart; never enough to use one. */
  hint: z.string(),
  scopes: z.array(scope),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
});
export const newApiKey = apiKey.extend({ secret: z.string().describe('Shown once. We keep its SHA-256 only.') });

export const createWorkspace = defineOperation({
  owner: 'identity',
  name: 'create_workspace',
  method: 'POST',
  path: '/v1/workspaces',
  title: 'Sign up a workspace',
  description: 'Makes a workspace in this region with its first admin, and an API key with every scope, shown once.',
  input: z.object({
    name: z.string().trim().min(1).max(120),
    region: region.describe('Where all data of the workspace stays. It must be the region of the host that is called.'),
    admin: z.strictObject({
      full_name: z.string().trim().min(1).max(200),
      email: z.email().max(254),
      company: z.string().trim().min(1).max(200),
      country: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .describe('Country of residence, ISO 3166-1 alpha-2'),
      password: z.string().min(12).max(256),
    }),
  }),
  status: 201,
  output: z.object({ workspace, api_key: newApiKey }),
  errors: ['identity.email_taken', 'identity.wrong_region'],
  scope: 'none',
  purpose: 'administer_account',
  public: true,
  idempotencyKey: false,
});

export const getWorkspace = defineOperation({
  owner: 'identity',
  name: 'get_workspace',
  method: 'GET',
  path: '/v1/workspace',
  title: 'Read the workspace that the key belongs to',
  input: z.object({}),
  output: workspace,
  scope: 'workspace:read',
  purpose: 'administer_account',
  public: true,
});

export const createApiKey = defineOperation({
  owner: 'identity',
  name: 'create_api_key',
  method: 'POST',
  path: '/v1/api-keys',
  title: 'Make an API key',
  description: 'The secret is in this answer and nowhere else afterwards.',
  input: z.object({
    name: z.string().trim().min(1).max(120),
    scopes: z.array(scope).min(1),
    expires_at: z.iso.datetime().nullable().default(null),
  }),
  status: 201,
  output: newApiKey,
  errors: ['identity.expiry_in_past', 'identity.scope_not_held'],
  scope: 'keys:write',
  purpose: 'administer_account',
  public: true,
  idempotencyKey: false,
});

export const listApiKeys = defineOperation({
  owner: 'identity',
  name: 'list_api_keys',
  method: 'GET',
  path: '/v1/api-keys',
  title: 'List API keys',
  input: z.object(pageInput),
  output: pageOf(apiKey),
  scope: 'workspace:read',
  purpose: 'administer_account',
  public: true,
});

export const revokeApiKey = defineOperation({
  owner: 'identity',
  name: 'revoke_api_key',
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
  title: 'Revoke an API key',
  description: 'It stops working at once. Revoking it again changes nothing.',
  input: z.object({ id: z.string().regex(idPattern('apiKey')) }),
  output: apiKey,
  errors: ['identity.api_key_not_found'],
  scope: 'keys:write',
  purpose: 'administer_account',
  public: true,
});

/** What the gateway learns of a key. The secret itself never leaves the gateway; only its digest is asked for. */
export const verifyApiKey = defineOperation({
  owner: 'identity',
  name: 'verify_api_key',
  method: 'POST',
  path: '/internal/identity/verify-api-key',
  title: 'Look up an API key by its digest',
  input: z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  output: z.object({
    key_id: z.string(),
    workspace_id: z.string(),
    scopes: z.array(scope),
    expires_at: z.iso.datetime().nullable(),
    plan: z.enum(['free', 'paid', 'enterprise']),
  }),
  errors: ['identity.api_key_unknown', 'identity.api_key_revoked', 'identity.api_key_expired'],
  scope: 'none',
  purpose: 'secure_service',
});
