-- A scan whose result is kept. Of a workspace that keeps nothing, no row is ever written.
CREATE TABLE scan (
  id text PRIMARY KEY,
  workspace_id text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
  problem text,
  subject_ref text,
  -- Patient and visit id, markers, quality: under a key of this record.
  sealed bytea,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  beat_at timestamptz NOT NULL
);
CREATE INDEX scan_by_tenant ON scan (workspace_id, id DESC);
CREATE INDEX scan_by_tenant_and_age ON scan (workspace_id, created_at);
CREATE INDEX scan_by_age ON scan (created_at);
CREATE INDEX scan_running ON scan (beat_at) WHERE status = 'running';

-- What an SDK told of the device: nothing in it leads to a scan or a person (P19).
CREATE TABLE telemetry (
  id text PRIMARY KEY,
  workspace_id text NOT NULL,
  camera_model text,
  os_version text,
  orientation text,
  ambient_light double precision,
  face_quality double precision,
  received_at timestamptz NOT NULL
);
CREATE INDEX telemetry_by_tenant_and_age ON telemetry (workspace_id, received_at);
CREATE INDEX telemetry_by_age ON telemetry (received_at);
