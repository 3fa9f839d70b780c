-- A person's reference reading. Of a workspace that keeps nothing, no row is ever written.
CREATE TABLE calibration (
  id text PRIMARY KEY,
  workspace_id text NOT NULL,
  subject_ref text NOT NULL,
  scan_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('cuff', 'oximeter')),
  -- What the instrument showed, which one it was, and when: under a key of this record.
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX calibration_by_subject ON calibration (workspace_id, subject_ref, id DESC);
CREATE INDEX calibration_by_tenant_and_age ON calibration (workspace_id, created_at);
CREATE INDEX calibration_by_age ON calibration (created_at);
