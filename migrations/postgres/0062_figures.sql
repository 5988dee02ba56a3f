-- What figures need of each ticket, made anew when it changed: a ticket whose version is above `lined` is to be made. `due` is when
-- its line changes by itself, as a promise is missed. `opened` and `last` are the first and last moment of the line.
CREATE TABLE ticket_lines (
    ticket  TEXT PRIMARY KEY,
    opened  BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    is_over BOOLEAN NOT NULL,
    due     BIGINT,
    line    TEXT NOT NULL
);
CREATE INDEX ticket_lines_span ON ticket_lines (opened, last, is_over);
CREATE INDEX ticket_lines_due ON ticket_lines (due) WHERE due IS NOT NULL;
ALTER TABLE tickets ADD COLUMN lined BIGINT NOT NULL DEFAULT -1;
CREATE INDEX tickets_unlined ON tickets (num) WHERE lined < version;
-- By which promises and calendar the lines were made, and other things of which there is one.
CREATE TABLE notes (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
-- Tickets that nobody has and somebody should: one that was escalated amid the work too.
DROP INDEX tickets_waiting;
CREATE INDEX tickets_waiting ON tickets (created) WHERE agent IS NULL AND state IN ('new', 'assigned', 'in_progress', 'reopened');
-- What agents hold now, which every turn asks for: without it all that they ever closed is counted through.
CREATE INDEX conversations_held ON conversations (owner_name) WHERE owner = 'agent' AND life <> 'closed';
-- What a new ticket may follow.
CREATE INDEX tickets_closed ON tickets (contact, updated) WHERE state = 'closed';
