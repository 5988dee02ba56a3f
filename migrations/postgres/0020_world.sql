-- What `http` steps asked for and was not answered yet. `lease`: until then some process is at it.
CREATE TABLE requests (
    id           UUID PRIMARY KEY,
    conversation UUID NOT NULL REFERENCES conversations (id),
    body         TEXT NOT NULL,
    created      BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    lease        BIGINT NOT NULL DEFAULT 0,
    tries        BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX requests_due ON requests (due);

CREATE TABLE incidents (
    id     TEXT PRIMARY KEY,
    area   TEXT NOT NULL,
    title  TEXT NOT NULL,
    opened BIGINT NOT NULL,
    opener TEXT NOT NULL,
    closed BIGINT
);
CREATE INDEX incidents_open ON incidents (opened) WHERE closed IS NULL;

-- One row a contact and subject; `conversation` is where it was asked for last.
CREATE TABLE watches (
    contact      UUID NOT NULL,
    what         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    conversation UUID NOT NULL REFERENCES conversations (id),
    created      BIGINT NOT NULL,
    PRIMARY KEY (what, subject, contact)
);

-- What watchers are to be told, and when they were.
CREATE TABLE notices (
    id           TEXT PRIMARY KEY,
    contact      UUID NOT NULL,
    conversation UUID NOT NULL REFERENCES conversations (id),
    news         TEXT NOT NULL,
    created      BIGINT NOT NULL,
    told         BIGINT
);
CREATE INDEX notices_untold ON notices (contact) WHERE told IS NULL;

CREATE TABLE files (
    id      TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    name    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    size    BIGINT NOT NULL,
    created BIGINT NOT NULL,
    content BYTEA NOT NULL
);
