-- What chat platforms told us, raw, until it was dealt with. `position` orders what comes from one address; `taker` is
-- who took it last, and until `lease` nobody else does. `parked`: why it was given up.
CREATE TABLE updates (
    num      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel  text NOT NULL,
    bot      text NOT NULL,
    id       text NOT NULL,
    address  text NOT NULL,
    position bigint NOT NULL,
    body     text NOT NULL,
    received bigint NOT NULL,
    due      bigint NOT NULL,
    lease    bigint NOT NULL DEFAULT 0,
    taker    text,
    attempts bigint NOT NULL DEFAULT 0,
    parked   text,
    UNIQUE (channel, bot, id)
);
CREATE INDEX updates_waiting ON updates (channel, bot, address, position) WHERE parked IS NULL;

-- Messages that we push: the turn that said it, whose it is now, when it was first tried, how often nobody knew.
ALTER TABLE outbox ADD COLUMN turn bigint NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN lease bigint NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN taker text;
ALTER TABLE outbox ADD COLUMN begun bigint NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN doubts bigint NOT NULL DEFAULT 0;
CREATE INDEX outbox_address ON outbox (channel, address, seq);

-- The pieces of a message as the platform gets them, kept after it for what follows (edits, replies): then without their
-- body. `state`: waiting, sent, maybe, refused, dropped. `platform`: the platform's own id.
CREATE TABLE parts (
    outbox       uuid NOT NULL,
    nth          bigint NOT NULL,
    conversation uuid NOT NULL REFERENCES conversations (id),
    channel      text NOT NULL,
    address      text NOT NULL,
    seq          bigint NOT NULL,
    body         text NOT NULL,
    state        text NOT NULL,
    platform     text,
    at           bigint NOT NULL,
    PRIMARY KEY (outbox, nth)
);
CREATE INDEX parts_conversation ON parts (conversation, seq);
CREATE INDEX parts_platform ON parts (channel, address, platform) WHERE platform IS NOT NULL;

-- What a channel's adapter keeps for itself: a chat that moved, whom it may write to.
CREATE TABLE channel_notes (
    channel text NOT NULL,
    bot     text NOT NULL,
    key     text NOT NULL,
    value   text NOT NULL,
    PRIMARY KEY (channel, bot, key)
);
