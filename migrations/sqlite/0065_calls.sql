-- Who waits for a person, since when; a call back keeps the place.
CREATE TABLE queued (
    conversation TEXT PRIMARY KEY,
    since        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX queued_since ON queued (since);

-- The last call of a number that was cut off.
CREATE TABLE dropped (
    contact      TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a telephony platform is to do or to give: a call, a text message, a recording.
CREATE TABLE errands (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    body         TEXT NOT NULL,
    created      INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX errands_due ON errands (due);
