-- Who waits for a person, since when; a call back keeps the place.
CREATE TABLE queued (
    conversation TEXT PRIMARY KEY,
    since        BIGINT NOT NULL
);
CREATE INDEX queued_since ON queued (since);

-- The last call of a number that was cut off.
CREATE TABLE dropped (
    contact      TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    at           BIGINT NOT NULL
);

-- What a telephony platform is to do or to give: a call, a text message, a recording.
CREATE TABLE errands (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL,
    body         TEXT NOT NULL,
    created      BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    tries        BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX errands_due ON errands (due);
