-- Decisions being written, and decisions on their way: until `sends_at` nothing has happened to the application yet.

CREATE TABLE decision_drafts (
  application_id TEXT PRIMARY KEY REFERENCES applications (id) ON DELETE CASCADE,
  decision TEXT NOT NULL,                 -- JSON as the desk sends one; may still lack what it needs
  updated_by TEXT NOT NULL,               -- as in audit: id of a user, 'key' or 'system'
  updated_at BIGINT NOT NULL
);

CREATE TABLE decision_batches (
  id TEXT PRIMARY KEY,
  posting_id TEXT NOT NULL,
  who TEXT NOT NULL,
  at BIGINT NOT NULL,
  closed_from TEXT,                       -- the posting's status before, when the batch closed it
  undone_at BIGINT
);
CREATE INDEX decision_batches_by_posting ON decision_batches (posting_id, at);

-- Whoever deletes the row acts: the ticker carries it out, undo brings it back.
CREATE TABLE pending_decisions (
  application_id TEXT PRIMARY KEY REFERENCES applications (id) ON DELETE CASCADE,
  batch_id TEXT NOT NULL REFERENCES decision_batches (id),
  decision TEXT NOT NULL,
  sends_at BIGINT NOT NULL
);
CREATE INDEX pending_decisions_by_time ON pending_decisions (sends_at);
CREATE INDEX pending_decisions_by_batch ON pending_decisions (batch_id);

-- Sentences of reasons of the last 90 days as keyed hashes, without person and words: a copy is known by them.
CREATE TABLE decision_sentences (
  id TEXT PRIMARY KEY,                    -- keyed hash over application and place, so that undo finds it
  sentence TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX decision_sentences_by_time ON decision_sentences (at);

CREATE INDEX applications_undecided ON applications (posting_id, submitted_at, id) WHERE status = 'open';
