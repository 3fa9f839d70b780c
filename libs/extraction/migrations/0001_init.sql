-- A document whose reading is kept. Of a workspace that keeps nothing, no row is ever written.
CREATE TABLE document (
  id text PRIMARY KEY,
  workspace_id text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
  problem text,
  subject_ref text,
  -- Patient and visit id, what was read: under a key of this record.
  sealed bytea,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  beat_at timestamptz NOT NULL
);
CREATE INDEX document_by_tenant ON document (workspace_id, id DESC);
CREATE INDEX document_by_tenant_and_age ON document (workspace_id, created_at);
CREATE INDEX document_by_age ON document (created_at);
CREATE INDEX document_by_subject ON document (workspace_id, subject_ref, id DESC);
CREATE INDEX document_by_beat ON document (beat_at) WHERE status = 'running';

-- The picture of a page, where the workspace keeps those.
CREATE TABLE page_image (
  id text PRIMARY KEY,
  workspace_id text NOT NULL,
  subject_ref text,
  document_id text NOT NULL,
  page integer NOT NULL,
  -- The picture and its size: under a key of this record.
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX page_image_by_document ON page_image (workspace_id, document_id, page);
CREATE INDEX page_image_by_tenant_and_age ON page_image (workspace_id, created_at);
CREATE INDEX page_image_by_age ON page_image (created_at);
CREATE INDEX page_image_by_subject ON page_image (workspace_id, subject_ref);

CREATE TABLE held (
  id text PRIMARY KEY,
  workspace_id text NOT NULL,
  address text NOT NULL,
  held_at timestamptz NOT NULL,
  beat_at timestamptz NOT NULL
);
