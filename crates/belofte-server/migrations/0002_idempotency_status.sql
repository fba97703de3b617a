-- Only an application that was taken is kept under its key, so the answer is always 201.

ALTER TABLE idempotency DROP COLUMN status;
