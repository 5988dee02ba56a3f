-- A number that the contact's platform proved to be the contact's own.
ALTER TABLE contacts ADD COLUMN phone TEXT;
