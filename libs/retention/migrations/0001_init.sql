CREATE TABLE workspace (
  id text PRIMARY KEY,
  plan text NOT NULL CHECK (plan IN ('free', 'paid', 'enterprise')),
  region text NOT NULL CHECK (region IN ('us-east-1', 'eu-west-1'))
);

CREATE TABLE policy (
  workspace_id text NOT NULL,
  category text NOT NULL,
  ttl_seconds integer NOT NULL CHECK (ttl_seconds >= 0),
  set_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, category)
);
