-- What the desk does every day: hands promises over, writes notes, and carries out a form once however often it comes.

ALTER TABLE events ADD COLUMN owner_id TEXT;   -- who keeps the event's promise from here on, where that changed

-- Among colleagues; the applicant never reads them.
CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  application_id TEXT NOT NULL REFERENCES applications (id),
  at BIGINT NOT NULL,
  who TEXT NOT NULL,                      -- as in audit: id of a user, 'key' or 'system'
  text TEXT NOT NULL
);
CREATE INDEX notes_by_application ON notes (application_id, at);

CREATE TABLE desk_done (
  key TEXT PRIMARY KEY,                   -- of the form that was carried out
  at BIGINT NOT NULL
);
CREATE INDEX desk_done_by_time ON desk_done (at);

CREATE INDEX promises_open ON promises (due_at) WHERE kept_at IS NULL AND voided_at IS NULL AND owner_id IS NOT NULL;
