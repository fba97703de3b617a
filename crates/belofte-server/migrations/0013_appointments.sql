-- Talks that are planned together, and the first day of who is hired.

CREATE TABLE slots (
  id TEXT PRIMARY KEY,
  posting_id TEXT NOT NULL REFERENCES postings (id),
  kind TEXT NOT NULL,                     -- interview | evaluation
  series_id TEXT NOT NULL,                -- of what was published in one act
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  zone TEXT NOT NULL,
  place TEXT,                             -- JSON: {address, route, access}
  video_url TEXT,
  with_people TEXT NOT NULL,              -- JSON: ids
  capacity BIGINT NOT NULL,
  booked BIGINT NOT NULL,                 -- live appointments in it, never more than capacity
  proposed_by TEXT,                       -- application that proposed the time: nobody else is offered it
  cancelled_at BIGINT
);
CREATE INDEX slots_by_posting ON slots (posting_id, kind, starts_at);

CREATE TABLE appointments (
  id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  kind TEXT NOT NULL,
  stage_id TEXT NOT NULL,                 -- the step of the talk; empty for an evaluation
  slot_id TEXT NOT NULL REFERENCES slots (id),
  state TEXT NOT NULL,                    -- confirmed | moved | cancelled | held
  uid TEXT NOT NULL UNIQUE,               -- of the calendar file
  sequence BIGINT NOT NULL,
  promise_id TEXT,                        -- of the next word, counted from the end of the talk
  reminded_of TEXT                        -- id of the slot of which the applicant was reminded
);
CREATE UNIQUE INDEX appointments_live ON appointments (application_id, kind) WHERE state IN ('confirmed', 'moved');
CREATE INDEX appointments_by_slot ON appointments (slot_id);

CREATE TABLE proposals (
  id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  kind TEXT NOT NULL,
  times TEXT NOT NULL,                    -- JSON: milliseconds UTC
  text TEXT,
  at BIGINT NOT NULL,
  promise_id TEXT NOT NULL,               -- that somebody answers
  state TEXT NOT NULL                     -- open | accepted | declined | over
);
CREATE UNIQUE INDEX proposals_open ON proposals (application_id) WHERE state = 'open';

CREATE TABLE hand_overs (
  application_id TEXT PRIMARY KEY REFERENCES applications (id),
  starts_at BIGINT NOT NULL,
  buddy_id TEXT,
  bring TEXT NOT NULL,                    -- JSON: lines
  days TEXT NOT NULL,                     -- JSON: [{day, text}]
  sequence BIGINT NOT NULL
);
