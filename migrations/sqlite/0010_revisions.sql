-- The files that a playbook was compiled from, for the conversations that stay on it. `sources` is JSON, deflated;
-- `size` its bytes before that.
CREATE TABLE revisions (
    revision     TEXT PRIMARY KEY,
    sources      BLOB NOT NULL,
    size         INTEGER NOT NULL,
    first_served INTEGER NOT NULL,
    last_served  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of the playbook that a conversation runs on.
ALTER TABLE conversations ADD COLUMN revision TEXT NOT NULL DEFAULT '';
UPDATE conversations SET revision = coalesce(json_extract(body, '$.revision'), '') WHERE life <> 'closed';
