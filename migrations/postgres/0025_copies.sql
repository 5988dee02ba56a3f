-- Where a copy of an answer can go.
CREATE INDEX web_tokens_contact ON web_tokens (contact);
