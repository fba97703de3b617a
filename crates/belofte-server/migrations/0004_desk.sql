-- People who sign in to the desk, what they did, and a seal on every promise.

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,             -- lower case, trimmed
  name TEXT NOT NULL,
  person_id TEXT,                         -- the contact in people, for who is one
  role TEXT NOT NULL,                     -- administrator | recruiter | hiring_manager | complaint_reader | figures_reader
  password_hash TEXT,                     -- argon2id, set when an invitation is accepted
  totp_salt TEXT,                         -- with the server's secret it gives the seed of the second factor
  totp_last_step BIGINT NOT NULL DEFAULT 0, -- a code works once
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE TABLE user_postings (
  user_id TEXT NOT NULL REFERENCES users (id),
  posting_id TEXT NOT NULL REFERENCES postings (id),
  PRIMARY KEY (user_id, posting_id)       -- no row for a user: every posting
);

CREATE TABLE invitations (
  token_hash TEXT PRIMARY KEY,            -- keyed hash of the link's token
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX invitations_by_user ON invitations (user_id);

CREATE TABLE desk_sessions (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,        -- keyed hash of the cookie's token
  user_id TEXT NOT NULL REFERENCES users (id),
  awaits_code BIGINT NOT NULL,            -- 1 between password and second factor: opens nothing yet
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  agent TEXT NOT NULL                     -- browser and system in a few words
);
CREATE INDEX desk_sessions_by_user ON desk_sessions (user_id);

CREATE TABLE sign_in_tries (
  email_hash TEXT PRIMARY KEY,            -- keyed: known and unknown addresses are counted alike
  tries BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE audit (
  position BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  who TEXT NOT NULL,                      -- id of a user, 'key' or 'system'
  act TEXT NOT NULL,
  subject_kind TEXT NOT NULL,             -- application | user | promises | …
  subject_id TEXT NOT NULL,
  posting_id TEXT,
  detail TEXT NOT NULL,                   -- JSON without personal data
  previous TEXT NOT NULL,                 -- hash of the row before
  hash TEXT NOT NULL                      -- keyed, over previous and this row
);

-- Locked by whoever appends, so that the chain cannot fork.
CREATE TABLE audit_head (
  id TEXT PRIMARY KEY,
  position BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO audit_head (id, position, hash) VALUES ('head', 0, '');

-- Keyed hash over what was promised; rows from before get theirs at the next start.
ALTER TABLE promises ADD COLUMN seal TEXT NOT NULL DEFAULT '';
