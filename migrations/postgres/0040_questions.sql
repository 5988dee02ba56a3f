-- What was put to the FAQ and what came of it, a row a question: the journal's facts in the form that gaps and
-- deflection are read from. `wording` has personal data masked; it is emptied when it is older than the settings keep it.
CREATE TABLE questions (
    num          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation UUID NOT NULL REFERENCES conversations (id),
    turn         BIGINT NOT NULL,
    -- The first, second … question of its turn.
    place        BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    contact      UUID NOT NULL,
    channel      TEXT NOT NULL,
    locale       TEXT NOT NULL,
    flow         TEXT NOT NULL,
    topic        TEXT NOT NULL,
    wording      TEXT NOT NULL,
    nearest      TEXT NOT NULL,
    -- Asked amid a form: it counts for its article, not as a conversation that asked.
    aside        BIGINT NOT NULL,
    -- none (nothing was good enough), shown (titles), offered (an answer, nothing said to it), refused, confirmed.
    state        TEXT NOT NULL,
    -- The answer given last.
    article      TEXT,
    ticket       TEXT,
    -- A person was asked for or took over.
    handed       BIGINT NOT NULL,
    -- When the contact went away or fell silent, the conversation being open or not.
    left_at      BIGINT,
    -- The change to the FAQ that answers it.
    answered_by  TEXT,
    UNIQUE (conversation, turn, place)
);
CREATE INDEX questions_at ON questions (at);
CREATE INDEX questions_contact ON questions (contact, at);
CREATE INDEX questions_unanswered ON questions (at)
    WHERE aside = 0 AND answered_by IS NULL AND state IN ('none', 'refused');

-- The answers that were given to a question. `solved`: what was said to it; NULL as long as nothing was.
CREATE TABLE offers (
    question BIGINT NOT NULL REFERENCES questions (num),
    article  TEXT NOT NULL,
    at       BIGINT NOT NULL,
    solved   BIGINT,
    reason   TEXT,
    PRIMARY KEY (question, article)
);
CREATE INDEX offers_article ON offers (article, at);

CREATE INDEX tickets_contact ON tickets (contact, created);
