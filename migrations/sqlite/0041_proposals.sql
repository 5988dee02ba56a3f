-- Changes to the files of answers that somebody at the desk proposed. `base` is the hash of the file that the change was
-- made from, `result` what the file is to be, `change` what is meant (JSON), so that it can be made anew.
CREATE TABLE proposals (
    id        TEXT PRIMARY KEY,
    kind      TEXT NOT NULL,
    title     TEXT NOT NULL,
    file      TEXT NOT NULL,
    base      TEXT NOT NULL,
    result    TEXT NOT NULL,
    diff      TEXT NOT NULL,
    change    TEXT NOT NULL,
    -- The questions that it answers, as a JSON array of their numbers.
    questions TEXT NOT NULL,
    -- open, applied, refused
    state     TEXT NOT NULL,
    proposer  TEXT NOT NULL,
    created   INTEGER NOT NULL,
    reviewer  TEXT,
    reviewed  INTEGER,
    note      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX proposals_created ON proposals (created);

-- Who did what to a proposal, and when.
CREATE TABLE proposal_history (
    num      INTEGER PRIMARY KEY,
    proposal TEXT NOT NULL REFERENCES proposals (id),
    at       INTEGER NOT NULL,
    who      TEXT NOT NULL,
    what     TEXT NOT NULL,
    text     TEXT
) STRICT;
CREATE INDEX proposal_history_proposal ON proposal_history (proposal);
