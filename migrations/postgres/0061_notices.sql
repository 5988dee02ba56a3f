-- What a notice is: asked (the contact did something that it answers), news (of what they watch), public (a change of their own
-- ticket), survey, or call_survey, which waits for the contact's next call. Only what is asked for is told at any hour.
ALTER TABLE notices ADD COLUMN kind TEXT NOT NULL DEFAULT 'asked';
UPDATE notices SET kind = 'news' WHERE id LIKE 'ticket:%' OR id LIKE 'incident:%';
CREATE INDEX notices_surveys ON notices (contact, created) WHERE kind IN ('survey', 'call_survey');
CREATE INDEX notices_due ON notices (created) WHERE told IS NULL AND kind <> 'call_survey';
