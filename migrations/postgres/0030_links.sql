-- One person on several addresses: rows of one `person` are linked. A contact stands here while it is linked.
CREATE TABLE links (
    contact UUID PRIMARY KEY,
    person  UUID NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    since   BIGINT NOT NULL
);
CREATE INDEX links_person ON links (person);

-- The code that a contact was shown last and nobody entered; `code` is its hash.
CREATE TABLE link_codes (
    contact      UUID PRIMARY KEY,
    code         TEXT NOT NULL,
    conversation UUID NOT NULL REFERENCES conversations (id),
    channel      TEXT NOT NULL,
    address      TEXT NOT NULL,
    expires      BIGINT NOT NULL
);
CREATE INDEX link_codes_code ON link_codes (code);

-- Codes that did not work, for as long as they count.
CREATE TABLE link_tries (
    num     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact UUID NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX link_tries_contact ON link_tries (contact, at);
CREATE INDEX link_tries_at ON link_tries (at);
