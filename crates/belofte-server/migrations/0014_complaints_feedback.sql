-- Complaints, which only their readers see; what applicants thought of the procedure; what was changed because of it.

CREATE TABLE complaints (
  id TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,            -- as a reference; with a code by mail it opens the answer
  email TEXT NOT NULL,                    -- lower case, trimmed
  lang TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  posting_id TEXT,                        -- nobody who is named there may read it
  reference TEXT NOT NULL,                -- of an application, as it was typed, or empty
  doubts TEXT NOT NULL,                   -- why a machine may have sent it, in words parted by spaces
  filed_at BIGINT NOT NULL,
  answer_due_at BIGINT NOT NULL,          -- a promise, never rewritten
  due_day_start BIGINT NOT NULL,
  handler_id TEXT,                        -- user who is to answer; none: nobody is free to
  recused TEXT NOT NULL,                  -- users who gave it away, parted by spaces
  late_noted_at BIGINT,
  answer TEXT,
  answered_by TEXT,                       -- user
  answered_at BIGINT,
  delete_on BIGINT,                       -- set by the answer
  seal TEXT NOT NULL,                     -- keyed hash over the dates
  key_hash TEXT UNIQUE,                   -- of the idempotency key that it came with
  fingerprint TEXT NOT NULL               -- SHA-256 of the body that it came with
);
CREATE INDEX complaints_by_email ON complaints (email, filed_at);
CREATE INDEX complaints_open ON complaints (answer_due_at) WHERE answered_at IS NULL;
CREATE INDEX complaints_to_erase ON complaints (delete_on) WHERE delete_on IS NOT NULL;

-- Such mails are in no list of the desk. The files of a complaint have its id as `uploads.application_id`.
ALTER TABLE outbox ADD COLUMN complaint_id TEXT;
CREATE INDEX outbox_by_complaint ON outbox (complaint_id) WHERE complaint_id IS NOT NULL;

CREATE TABLE feedback (
  application_id TEXT NOT NULL REFERENCES applications (id),
  moment TEXT NOT NULL,                   -- receipt | interview | decision
  posting_id TEXT NOT NULL,
  nps BIGINT NOT NULL,
  text TEXT,
  may_quote BIGINT NOT NULL,
  given_at BIGINT NOT NULL,
  group_id TEXT,                          -- the five it was released with; none: nobody of ours sees it yet
  PRIMARY KEY (application_id, moment)
);
CREATE INDEX feedback_waiting ON feedback (posting_id, moment, given_at) WHERE group_id IS NULL;
CREATE INDEX feedback_by_group ON feedback (group_id) WHERE group_id IS NOT NULL;

-- Five answers of one posting and moment, shown together or not at all.
CREATE TABLE feedback_groups (
  id TEXT PRIMARY KEY,
  posting_id TEXT NOT NULL,
  moment TEXT NOT NULL,
  released_at BIGINT NOT NULL
);
CREATE INDEX feedback_groups_by_time ON feedback_groups (released_at);

-- You said, we did.
CREATE TABLE improvements (
  id TEXT PRIMARY KEY,
  day TEXT NOT NULL,                      -- YYYY-MM-DD
  said TEXT NOT NULL,                     -- JSON: text by language
  did TEXT NOT NULL
);
