-- One SQL text for SQLite and PostgreSQL: text ids, instants as integer milliseconds UTC, documents as JSON text.

CREATE TABLE organization (
  id TEXT PRIMARY KEY,
  doc TEXT NOT NULL                       -- settings with texts per language
);

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  position BIGINT NOT NULL,
  doc TEXT NOT NULL
);

CREATE TABLE forms (
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  doc TEXT NOT NULL,
  PRIMARY KEY (id, version)
);

CREATE TABLE postings (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  department TEXT NOT NULL,               -- key, the label per language is in doc
  position BIGINT NOT NULL,               -- order on the board, unique
  form_id TEXT,
  search TEXT NOT NULL,                   -- lower-case words of all languages
  doc TEXT NOT NULL
);
CREATE UNIQUE INDEX postings_by_position ON postings (position);

CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  media_type TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  application_id TEXT                     -- set once, by the application that used it
);
CREATE INDEX uploads_by_expiry ON uploads (application_id, expires_at);

CREATE TABLE applications (
  id TEXT PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  posting_id TEXT NOT NULL REFERENCES postings (id),
  email TEXT NOT NULL,                    -- lower case, trimmed
  lang TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,                   -- open | hired | rejected | withdrawn
  stage_id TEXT,
  form_id TEXT NOT NULL,
  form_version BIGINT NOT NULL,
  answers TEXT NOT NULL,                  -- JSON: [{field, values}]
  decision TEXT,                          -- JSON
  submitted_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL,                -- grows with every event; also the id of live events
  delete_on BIGINT
);
CREATE INDEX applications_by_email ON applications (email, submitted_at);
CREATE INDEX applications_by_posting ON applications (posting_id, submitted_at);

CREATE TABLE promises (
  id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  kind TEXT NOT NULL,
  stage_id TEXT,
  owner_id TEXT,
  source TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  first_due_at BIGINT NOT NULL,           -- never rewritten
  due_at BIGINT NOT NULL,
  due_day_start BIGINT NOT NULL,
  kept_at BIGINT,
  voided_at BIGINT,
  late_noted_at BIGINT,                   -- the ticker's mark that the late event was written for this due_at
  moves TEXT NOT NULL                     -- JSON: [{from, to, reason, by, at}]
);
CREATE INDEX promises_by_application ON promises (application_id);
CREATE INDEX promises_by_first_due ON promises (first_due_at);
CREATE INDEX promises_open_by_due ON promises (due_at) WHERE kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL;

CREATE TABLE events (
  application_id TEXT NOT NULL REFERENCES applications (id),
  version BIGINT NOT NULL,                -- the application's version after the event
  at BIGINT NOT NULL,
  event TEXT NOT NULL,                    -- submitted | stage | promise_kept | promise_moved | promise_late | decided | withdrawn | note
  stage_id TEXT,
  promise_id TEXT,
  actor TEXT NOT NULL,                    -- contact | system | applicant
  actor_id TEXT,
  text TEXT,
  PRIMARY KEY (application_id, version)
);

CREATE TABLE codes (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  reference TEXT,
  code_hash TEXT NOT NULL,
  tries BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX codes_by_email ON codes (email, created_at);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,            -- keyed hash of a bearer token
  email TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);

CREATE TABLE idempotency (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,              -- SHA-256 of the request body
  application_id TEXT NOT NULL,
  status BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  application_id TEXT,
  kind TEXT NOT NULL,
  to_address TEXT NOT NULL,
  lang TEXT NOT NULL,
  subject TEXT NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  calendar TEXT,                          -- an .ics to attach
  created_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  sent_at BIGINT,
  last_error TEXT
);
CREATE INDEX outbox_waiting ON outbox (next_try_at) WHERE sent_at IS NULL;
