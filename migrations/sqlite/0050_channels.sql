-- What chat platforms told us, raw, until it was dealt with. `position` orders what comes from one address; `taker` is
-- who took it last, and until `lease` nobody else does. `parked`: why it was given up.
CREATE TABLE updates (
    num      INTEGER PRIMARY KEY,
    channel  TEXT NOT NULL,
    bot      TEXT NOT NULL,
    id       TEXT NOT NULL,
    address  TEXT NOT NULL,
    position INTEGER NOT NULL,
    body     TEXT NOT NULL,
    received INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    lease    INTEGER NOT NULL DEFAULT 0,
    taker    TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    parked   TEXT,
    UNIQUE (channel, bot, id)
) STRICT;
CREATE INDEX updates_waiting ON updates (channel, bot, address, position) WHERE parked IS NULL;

-- Messages that we push: the turn that said it, whose it is now, when it was first tried, how often nobody knew.
ALTER TABLE outbox ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN taker TEXT;
ALTER TABLE outbox ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_address ON outbox (channel, address, seq);

-- The pieces of a message as the platform gets them, kept after it for what follows (edits, replies): then without their
-- body. `state`: waiting, sent, maybe, refused, dropped. `platform`: the platform's own id.
CREATE TABLE parts (
    outbox       TEXT NOT NULL,
    nth          INTEGER NOT NULL,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    channel      TEXT NOT NULL,
    address      TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    body         TEXT NOT NULL,
    state        TEXT NOT NULL,
    platform     TEXT,
    at           INTEGER NOT NULL,
    PRIMARY KEY (outbox, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_conversation ON parts (conversation, seq);
CREATE INDEX parts_platform ON parts (channel, address, platform) WHERE platform IS NOT NULL;

-- What a channel's adapter keeps for itself: a chat that moved, whom it may write to.
CREATE TABLE channel_notes (
    channel TEXT NOT NULL,
    bot     TEXT NOT NULL,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (channel, bot, key)
) STRICT, WITHOUT ROWID;
