-- A request that carried an Idempotency-Key: digests, and of operations without PHI the answer.
CREATE TABLE idempotency_record (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{64}$'),
  workspace_id text NOT NULL,
  operation text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'finished')),
  attempt integer NOT NULL CHECK (attempt > 0),
  fingerprint text CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  status integer,
  resource_id text,
  answer text,
  location text,
  started_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  -- What is finished can be compared and has a status.
  CHECK (state = 'running' OR (fingerprint IS NOT NULL AND status IS NOT NULL))
);

-- For the sweep: one workspace's records past their time, and the oldest of all.
CREATE INDEX idempotency_record_by_workspace_and_age ON idempotency_record (workspace_id, created_at);
CREATE INDEX idempotency_record_by_age ON idempotency_record (created_at);
