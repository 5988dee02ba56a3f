-- The files that a playbook was compiled from, for the conversations that stay on it. `sources` is JSON, deflated;
-- `size` its bytes before that.
CREATE TABLE revisions (
    revision     text PRIMARY KEY,
    sources      bytea NOT NULL,
    size         bigint NOT NULL,
    first_served bigint NOT NULL,
    last_served  bigint NOT NULL
);

-- Of the playbook that a conversation runs on.
ALTER TABLE conversations ADD COLUMN revision text NOT NULL DEFAULT '';
UPDATE conversations SET revision = coalesce(body::json ->> 'revision', '') WHERE life <> 'closed';
