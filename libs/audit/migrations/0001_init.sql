CREATE TABLE entry (
  workspace_id text NOT NULL,
  id text NOT NULL,
  at timestamptz NOT NULL,
  event text NOT NULL,
  class text NOT NULL CHECK (class IN ('admin', 'phi', 'security')),
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  purpose text NOT NULL,
  request_id text NOT NULL,
  facts jsonb NOT NULL,
  -- Also how a workspace's entries are read, newest first.
  PRIMARY KEY (workspace_id, id)
);

-- For the sweep: one workspace's entries past their time, and the oldest entry of all.
CREATE INDEX entry_by_workspace_and_age ON entry (workspace_id, at);
CREATE INDEX entry_by_age ON entry (at);
