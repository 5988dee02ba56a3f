-- The ticket under which the reports of a known incident are collected, and when those were seen to after its end.
ALTER TABLE incidents ADD COLUMN master TEXT;
ALTER TABLE incidents ADD COLUMN settled BIGINT;
