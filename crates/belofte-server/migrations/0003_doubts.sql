-- Why an application should be looked at by a person first, in words parted by spaces; nothing for most.

ALTER TABLE applications ADD COLUMN doubts TEXT NOT NULL DEFAULT '';

-- Codes are counted by the reference they were asked with, too.
CREATE INDEX codes_by_reference ON codes (reference, created_at);
