-- Which process has what in memory only: nothing of what it is or became, and gone when that is.
CREATE TABLE held (
  id text PRIMARY KEY,
  workspace_id text NOT NULL,
  address text NOT NULL,
  held_at timestamptz NOT NULL,
  beat_at timestamptz NOT NULL
);
CREATE INDEX held_by_beat ON held (beat_at);
CREATE INDEX held_by_tenant_and_age ON held (workspace_id, held_at);
CREATE INDEX held_by_age ON held (held_at);
