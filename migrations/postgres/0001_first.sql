-- Times are microseconds since 1970 UTC. Bodies are JSON that only the program reads.

CREATE TABLE meta (
    key   text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE contacts (
    id       uuid PRIMARY KEY,
    name     text,
    profile  text,
    locale   text,
    verified boolean NOT NULL,
    created  bigint NOT NULL,
    updated  bigint NOT NULL
);

-- No index holds a column that every turn changes, so that a turn rewrites the row alone; room is left on each page
-- for the new version of a row to stay there.
CREATE TABLE conversations (
    num        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         uuid NOT NULL UNIQUE,
    channel    text NOT NULL,
    address    text NOT NULL,
    -- True for the one that the address talks in (or talked in last).
    current    boolean NOT NULL,
    contact    uuid NOT NULL,
    locale     text NOT NULL,
    life       text NOT NULL,
    outcome    text,
    owner      text NOT NULL,
    owner_name text,
    epoch      bigint NOT NULL,
    flow       text NOT NULL,
    created    bigint NOT NULL,
    updated    bigint NOT NULL,
    -- `updated` in steps of ten minutes, for the lists' index.
    touched    bigint NOT NULL,
    seq        bigint NOT NULL,
    last_text  text,
    tickets    text NOT NULL,
    body       text NOT NULL
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX conversations_current ON conversations (channel, address) WHERE current;
CREATE INDEX conversations_address ON conversations (address, channel);
CREATE INDEX conversations_open ON conversations (touched) WHERE life <> 'closed';
CREATE INDEX conversations_closed ON conversations (touched) WHERE life = 'closed';
CREATE INDEX conversations_owned ON conversations (owner, owner_name) WHERE owner <> 'bot';

-- One row a turn: its events as a JSON array, `seq` the number of its last message or 0.
CREATE TABLE journal (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation bigint NOT NULL REFERENCES conversations (num),
    turn         bigint NOT NULL,
    at           bigint NOT NULL,
    seq          bigint NOT NULL,
    events       text NOT NULL
);
CREATE INDEX journal_conversation ON journal (conversation, id);

-- What came in, by its dedupe key, with the answer that every redelivery gets.
CREATE TABLE inbox (
    key          text PRIMARY KEY,
    conversation uuid,
    reply        text,
    received     bigint NOT NULL
);

CREATE TABLE tickets (
    num          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           uuid NOT NULL UNIQUE,
    code         text NOT NULL UNIQUE,
    conversation uuid NOT NULL REFERENCES conversations (id),
    contact      uuid NOT NULL,
    channel      text NOT NULL,
    external_id  text NOT NULL,
    locale       text NOT NULL,
    flow         text NOT NULL,
    category     text NOT NULL,
    type         text NOT NULL,
    urgency      text NOT NULL,
    impact       text NOT NULL,
    priority     text NOT NULL,
    state        text NOT NULL,
    queue        text NOT NULL,
    agent        text,
    subject      text NOT NULL,
    body         text NOT NULL,
    fields       text NOT NULL,
    slots        text NOT NULL,
    answers      text NOT NULL,
    without_faq  text,
    unreached    boolean NOT NULL,
    created      bigint NOT NULL,
    updated      bigint NOT NULL
);
CREATE INDEX tickets_open ON tickets (contact) WHERE state NOT IN ('closed', 'cancelled');

CREATE TABLE ticket_history (
    num    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket text NOT NULL REFERENCES tickets (code),
    at     bigint NOT NULL,
    who    text NOT NULL,
    what   text NOT NULL,
    text   text
);
CREATE INDEX ticket_history_ticket ON ticket_history (ticket, num);

CREATE TABLE timers (
    conversation uuid NOT NULL REFERENCES conversations (id),
    kind         text NOT NULL,
    due          bigint NOT NULL,
    PRIMARY KEY (conversation, kind)
);
CREATE INDEX timers_due ON timers (due);

CREATE TABLE outbox (
    num          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           uuid NOT NULL UNIQUE,
    conversation uuid NOT NULL REFERENCES conversations (id),
    channel      text NOT NULL,
    address      text NOT NULL,
    seq          bigint NOT NULL,
    epoch        bigint NOT NULL,
    who          text NOT NULL,
    body         text NOT NULL,
    due          bigint NOT NULL,
    attempts     bigint NOT NULL
);
CREATE INDEX outbox_conversation ON outbox (conversation, seq);
CREATE INDEX outbox_due ON outbox (due);

CREATE TABLE agents (
    name     text PRIMARY KEY,
    role     text NOT NULL,
    skills   text NOT NULL,
    password text NOT NULL,
    disabled boolean NOT NULL,
    presence text NOT NULL,
    -- When the desk last told of the agent's presence.
    seen     bigint NOT NULL,
    -- Live conversations that the agent can hold.
    capacity bigint NOT NULL DEFAULT 5,
    created  bigint NOT NULL
);

CREATE TABLE logins (
    token_hash text PRIMARY KEY,
    agent      text NOT NULL REFERENCES agents (name),
    csrf       text NOT NULL,
    created    bigint NOT NULL,
    seen       bigint NOT NULL,
    expires    bigint NOT NULL
);
CREATE INDEX logins_agent ON logins (agent);

CREATE TABLE web_tokens (
    token_hash text PRIMARY KEY,
    address    text NOT NULL,
    contact    uuid NOT NULL,
    created    bigint NOT NULL
);
CREATE INDEX web_tokens_address ON web_tokens (address);
