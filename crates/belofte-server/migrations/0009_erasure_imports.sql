-- When an application was erased. Its row stays for the counts and the score, without anything that tells of a person.

ALTER TABLE applications ADD COLUMN erased_at BIGINT;
CREATE INDEX applications_to_erase ON applications (delete_on) WHERE erased_at IS NULL AND delete_on IS NOT NULL;

-- What an erasure looks for.
CREATE INDEX IF NOT EXISTS outbox_by_application ON outbox (application_id);
CREATE INDEX IF NOT EXISTS links_by_application ON links (application_id);
CREATE INDEX IF NOT EXISTS idempotency_by_application ON idempotency (application_id);
CREATE INDEX IF NOT EXISTS sessions_by_email ON sessions (email);

-- What came from another system, so that it comes once. A hash instead of the other system's id: after an erasure it leads to nobody.
CREATE TABLE imports (
  key TEXT PRIMARY KEY,
  id TEXT NOT NULL                        -- of the posting or application here
);
