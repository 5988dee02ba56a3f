-- Acts on tickets beside the turns. `version` counts the changes of a ticket: an act is written only on the one that it was
-- decided on. `clock` is when the clock looks at it next (a target near or missed, closing); none: never.
ALTER TABLE tickets ADD COLUMN tier BIGINT NOT NULL DEFAULT 1;
ALTER TABLE tickets ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN clock BIGINT;
CREATE INDEX tickets_clock ON tickets (clock) WHERE clock IS NOT NULL;
-- What a row of the history did to the ticket: a JSON array of facts.
ALTER TABLE ticket_history ADD COLUMN facts TEXT;
CREATE INDEX tickets_waiting ON tickets (created) WHERE agent IS NULL AND state IN ('new', 'reopened');
CREATE INDEX tickets_held ON tickets (agent) WHERE agent IS NOT NULL AND state NOT IN ('resolved', 'closed', 'cancelled');
