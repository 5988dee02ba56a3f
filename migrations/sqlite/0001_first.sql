-- Times are microseconds since 1970 UTC. Ids are UUIDs as text, but for `num`: rows of one conversation lie together
-- and their index stays small. Bodies are JSON that only the program reads.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE contacts (
    id       TEXT PRIMARY KEY,
    name     TEXT,
    profile  TEXT,
    locale   TEXT,
    verified INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL
) STRICT;

CREATE TABLE conversations (
    num        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    channel    TEXT NOT NULL,
    address    TEXT NOT NULL,
    -- 1 for the one that the address talks in (or talked in last).
    current    INTEGER NOT NULL,
    contact    TEXT NOT NULL,
    locale     TEXT NOT NULL,
    life       TEXT NOT NULL,
    outcome    TEXT,
    owner      TEXT NOT NULL,
    owner_name TEXT,
    epoch      INTEGER NOT NULL,
    flow       TEXT NOT NULL,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    last_text  TEXT,
    tickets    TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX conversations_current ON conversations (channel, address) WHERE current = 1;
CREATE INDEX conversations_address ON conversations (address, channel);
CREATE INDEX conversations_open ON conversations (updated) WHERE life <> 'closed';
CREATE INDEX conversations_closed ON conversations (updated) WHERE life = 'closed';
CREATE INDEX conversations_owned ON conversations (owner, owner_name, updated) WHERE owner <> 'bot';

-- One row a turn: its events as a JSON array, `seq` the number of its last message or 0.
CREATE TABLE journal (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (num),
    turn         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    events       TEXT NOT NULL
) STRICT;
CREATE INDEX journal_conversation ON journal (conversation);

-- What came in, by its dedupe key, with the answer that every redelivery gets.
CREATE TABLE inbox (
    num          INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    conversation TEXT,
    reply        TEXT,
    received     INTEGER NOT NULL
) STRICT;

CREATE TABLE tickets (
    num          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    code         TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    contact      TEXT NOT NULL,
    channel      TEXT NOT NULL,
    external_id  TEXT NOT NULL,
    locale       TEXT NOT NULL,
    flow         TEXT NOT NULL,
    category     TEXT NOT NULL,
    type         TEXT NOT NULL,
    urgency      TEXT NOT NULL,
    impact       TEXT NOT NULL,
    priority     TEXT NOT NULL,
    state        TEXT NOT NULL,
    queue        TEXT NOT NULL,
    agent        TEXT,
    subject      TEXT NOT NULL,
    body         TEXT NOT NULL,
    fields       TEXT NOT NULL,
    slots        TEXT NOT NULL,
    answers      TEXT NOT NULL,
    without_faq  TEXT,
    unreached    INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    updated      INTEGER NOT NULL
) STRICT;
CREATE INDEX tickets_open ON tickets (contact) WHERE state NOT IN ('closed', 'cancelled');

CREATE TABLE ticket_history (
    num    INTEGER PRIMARY KEY,
    ticket TEXT NOT NULL REFERENCES tickets (code),
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    what   TEXT NOT NULL,
    text   TEXT
) STRICT;
CREATE INDEX ticket_history_ticket ON ticket_history (ticket);

CREATE TABLE timers (
    conversation TEXT NOT NULL REFERENCES conversations (id),
    kind         TEXT NOT NULL,
    due          INTEGER NOT NULL,
    PRIMARY KEY (conversation, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due);

CREATE TABLE outbox (
    num          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    channel      TEXT NOT NULL,
    address      TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    epoch        INTEGER NOT NULL,
    who          TEXT NOT NULL,
    body         TEXT NOT NULL,
    due          INTEGER NOT NULL,
    attempts     INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_conversation ON outbox (conversation, seq);
CREATE INDEX outbox_due ON outbox (due);

CREATE TABLE agents (
    name     TEXT PRIMARY KEY,
    role     TEXT NOT NULL,
    skills   TEXT NOT NULL,
    password TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    presence TEXT NOT NULL,
    -- When the desk last told of the agent's presence.
    seen     INTEGER NOT NULL,
    -- Live conversations that the agent can hold.
    capacity INTEGER NOT NULL DEFAULT 5,
    created  INTEGER NOT NULL
) STRICT;

CREATE TABLE logins (
    token_hash TEXT PRIMARY KEY,
    agent      TEXT NOT NULL REFERENCES agents (name),
    csrf       TEXT NOT NULL,
    created    INTEGER NOT NULL,
    seen       INTEGER NOT NULL,
    expires    INTEGER NOT NULL
) STRICT;
CREATE INDEX logins_agent ON logins (agent);

CREATE TABLE web_tokens (
    token_hash TEXT PRIMARY KEY,
    address    TEXT NOT NULL,
    contact    TEXT NOT NULL,
    created    INTEGER NOT NULL
) STRICT;
CREATE INDEX web_tokens_address ON web_tokens (address);
