-- What people ask, and the answers that stand with a posting.

CREATE TABLE questions (
  id TEXT PRIMARY KEY,                    -- for an applicant also the id of the promise, which has the dates that count
  kind TEXT NOT NULL,                     -- question | reason | review | call
  posting_id TEXT NOT NULL REFERENCES postings (id),
  application_id TEXT REFERENCES applications (id), -- none: asked without having applied
  email TEXT NOT NULL,                    -- of who asked without having applied, else empty
  lang TEXT NOT NULL,
  text TEXT NOT NULL,
  phone TEXT NOT NULL,
  window_start BIGINT,                    -- of a call
  window_end BIGINT,
  again BIGINT NOT NULL,                  -- 1 for the second try of a call
  owner_id TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  late_noted_at BIGINT,
  answered_at BIGINT,
  answered_by TEXT,
  answer TEXT,
  doubts TEXT NOT NULL,                   -- signs of a machine, as with applications
  seal TEXT NOT NULL                      -- as that of a promise, for those that have none; else empty
);
CREATE INDEX questions_by_application ON questions (application_id);
CREATE INDEX questions_by_email ON questions (email, asked_at) WHERE application_id IS NULL;
CREATE INDEX questions_of_nobody ON questions (due_at) WHERE application_id IS NULL AND answered_at IS NULL;
CREATE INDEX questions_by_window ON questions (owner_id, window_start) WHERE window_start IS NOT NULL;

-- In the words of who published them; without names.
CREATE TABLE published_questions (
  id TEXT PRIMARY KEY,                    -- of the question that it was made from
  posting_id TEXT NOT NULL REFERENCES postings (id),
  lang TEXT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  published_at BIGINT NOT NULL
);
CREATE INDEX published_questions_by_posting ON published_questions (posting_id, published_at);

-- How soon questions are answered is measured from these.
CREATE INDEX promises_answered ON promises (kept_at) WHERE kind = 'question' AND kept_at IS NOT NULL;
