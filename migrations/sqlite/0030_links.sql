-- One person on several addresses: rows of one `person` are linked. A contact stands here while it is linked.
CREATE TABLE links (
    contact TEXT PRIMARY KEY,
    person  TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX links_person ON links (person);

-- The code that a contact was shown last and nobody entered; `code` is its hash.
CREATE TABLE link_codes (
    contact      TEXT PRIMARY KEY,
    code         TEXT NOT NULL,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    channel      TEXT NOT NULL,
    address      TEXT NOT NULL,
    expires      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX link_codes_code ON link_codes (code);

-- Codes that did not work, for as long as they count.
CREATE TABLE link_tries (
    num     INTEGER PRIMARY KEY,
    contact TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX link_tries_contact ON link_tries (contact, at);
CREATE INDEX link_tries_at ON link_tries (at);
