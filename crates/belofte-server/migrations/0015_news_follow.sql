-- News of a procedure, and who asked to hear of what comes.

-- What the public was told. Figures are stored as they are shown, in whole fives: the database knows no smaller ones.
CREATE TABLE bulletins (
  id TEXT PRIMARY KEY,
  posting_id TEXT NOT NULL REFERENCES postings (id),
  at BIGINT NOT NULL,
  received BIGINT NOT NULL,
  seen BIGINT NOT NULL,                   -- letters that were read
  invited BIGINT NOT NULL,
  declined BIGINT NOT NULL,
  line TEXT NOT NULL,                     -- JSON: the author's words by language
  by_id TEXT NOT NULL
);
CREATE INDEX bulletins_by_posting ON bulletins (posting_id, at);

ALTER TABLE applications ADD COLUMN news_rhythm TEXT NOT NULL DEFAULT 'none'; -- none | daily | weekly | on_change
ALTER TABLE applications ADD COLUMN news_told_at BIGINT NOT NULL DEFAULT 0;   -- what is newer was not mailed yet
CREATE INDEX applications_by_rhythm ON applications (news_rhythm) WHERE news_rhythm <> 'none';

-- Where a mail program unsubscribes with one press (RFC 8058).
ALTER TABLE outbox ADD COLUMN unsubscribe TEXT;

CREATE TABLE follows (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,                     -- department | posting | in_touch
  subject TEXT NOT NULL,                  -- key of the department, or id of the posting
  posting_id TEXT,                        -- in touch: what they applied for, so that its colleagues see them
  email TEXT NOT NULL,                    -- lower case, trimmed
  name TEXT NOT NULL,                     -- in touch only
  lang TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  until BIGINT NOT NULL,                  -- then the row is gone
  told_at BIGINT NOT NULL,                -- what opened since was not mailed yet
  renewal_asked_at BIGINT
);
CREATE INDEX follows_by_email ON follows (email, asked_at);
CREATE INDEX follows_by_end ON follows (until);
CREATE INDEX follows_by_subject ON follows (kind, subject) WHERE confirmed_at IS NOT NULL;

-- Since when a posting takes applications: who follows is told once.
CREATE TABLE openings (
  posting_id TEXT PRIMARY KEY REFERENCES postings (id),
  at BIGINT NOT NULL
);
