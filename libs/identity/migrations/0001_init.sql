CREATE TABLE workspace (
  id text PRIMARY KEY,
  name text NOT NULL,
  region text NOT NULL CHECK (region IN ('us-east-1', 'eu-west-1')),
  plan text NOT NULL CHECK (plan IN ('free', 'paid', 'enterprise')),
  created_at timestamptz NOT NULL
);

CREATE TABLE account (
  id text PRIMARY KEY,
  workspace_id text NOT NULL REFERENCES workspace,
  full_name text NOT NULL,
  email text NOT NULL CHECK (email = lower(email)),
  company text NOT NULL,
  country text NOT NULL,
  password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  created_at timestamptz NOT NULL
);
-- An index sees the rows of all workspaces, whichever row-level security lets through.
CREATE UNIQUE INDEX account_email ON account (email);
CREATE INDEX account_by_workspace ON account (workspace_id);

CREATE TABLE api_key (
  id text PRIMARY KEY,
  workspace_id text NOT NULL REFERENCES workspace,
  name text NOT NULL,
  hint text NOT NULL,
  digest text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  -- From when the key is of no use. LEAST passes over what is NULL.
  ends_at timestamptz GENERATED ALWAYS AS (LEAST(expires_at, revoked_at)) STORED
);
CREATE UNIQUE INDEX api_key_digest ON api_key (digest);
CREATE INDEX api_key_by_workspace ON api_key (workspace_id, id);
CREATE INDEX api_key_by_end ON api_key (ends_at);
