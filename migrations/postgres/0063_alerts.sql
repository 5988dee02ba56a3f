-- What agents are to be told of tickets, beside the desk's own page: by e-mail, to a webhook, on their chat platform. One row a fact
-- and place; `done` is when it was told or given up (then with the last `error`).
CREATE TABLE alerts (
    id      TEXT PRIMARY KEY,
    sink    TEXT NOT NULL,
    body    TEXT NOT NULL,
    created BIGINT NOT NULL,
    due     BIGINT NOT NULL,
    tries   BIGINT NOT NULL DEFAULT 0,
    done    BIGINT,
    error   TEXT
);
CREATE INDEX alerts_due ON alerts (due) WHERE done IS NULL;
