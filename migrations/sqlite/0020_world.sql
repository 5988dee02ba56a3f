-- What `http` steps asked for and was not answered yet. `lease`: until then some process is at it.
CREATE TABLE requests (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    body         TEXT NOT NULL,
    created      INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    lease        INTEGER NOT NULL DEFAULT 0,
    tries        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_due ON requests (due);

CREATE TABLE incidents (
    id     TEXT PRIMARY KEY,
    area   TEXT NOT NULL,
    title  TEXT NOT NULL,
    opened INTEGER NOT NULL,
    opener TEXT NOT NULL,
    closed INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_open ON incidents (opened) WHERE closed IS NULL;

-- One row a contact and subject; `conversation` is where it was asked for last.
CREATE TABLE watches (
    contact      TEXT NOT NULL,
    what         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    created      INTEGER NOT NULL,
    PRIMARY KEY (what, subject, contact)
) STRICT, WITHOUT ROWID;

-- What watchers are to be told, and when they were.
CREATE TABLE notices (
    id           TEXT PRIMARY KEY,
    contact      TEXT NOT NULL,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    news         TEXT NOT NULL,
    created      INTEGER NOT NULL,
    told         INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_untold ON notices (contact) WHERE told IS NULL;

CREATE TABLE files (
    id      TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    name    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    size    INTEGER NOT NULL,
    created INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;
