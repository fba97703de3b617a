-- What became of each mail, and what owners of promises were told.

ALTER TABLE outbox ADD COLUMN reply_to TEXT;
ALTER TABLE outbox ADD COLUMN expires_at BIGINT;             -- of no use to its reader from then on: a code
ALTER TABLE outbox ADD COLUMN give_up_at BIGINT NOT NULL DEFAULT 0;  -- the last time that a new try is planned
ALTER TABLE outbox ADD COLUMN failed_at BIGINT;
ALTER TABLE outbox ADD COLUMN failure TEXT;                  -- refused | gave_up | unwritable | expired
ALTER TABLE outbox ADD COLUMN last_code BIGINT;              -- the mail system's; its words are in last_error

UPDATE outbox SET give_up_at = created_at + 172800000;
-- Given up until now was a mail without a next try.
UPDATE outbox SET failed_at = created_at, failure = 'gave_up'
  WHERE sent_at IS NULL AND next_try_at = 9223372036854775807;

DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (next_try_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_failed ON outbox (failed_at) WHERE failed_at IS NOT NULL;
CREATE INDEX outbox_by_application ON outbox (application_id);

-- Sentences of the organisation's own, in the place of the shipped ones.
CREATE TABLE mail_texts (
  lang TEXT NOT NULL,
  key TEXT NOT NULL,
  text TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (lang, key)
);

-- Mails to owners go out once a working day: who writes this row sends them.
CREATE TABLE mail_rounds (
  kind TEXT NOT NULL,                     -- owner_tomorrow | owner_digest
  day TEXT NOT NULL,                      -- YYYY-MM-DD in the organisation's zone
  at BIGINT NOT NULL,
  PRIMARY KEY (kind, day)
);

-- The late_noted_at that whoever is to keep it was told of.
ALTER TABLE promises ADD COLUMN told_of BIGINT;
UPDATE promises SET told_of = late_noted_at;
CREATE INDEX promises_noted ON promises (late_noted_at) WHERE late_noted_at IS NOT NULL AND kept_at IS NULL AND voided_at IS NULL;
