-- Who else is told what happens to an application, and what was or will be sent to them.

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT NOT NULL,                   -- JSON: the kinds that are sent
  keys TEXT NOT NULL,                     -- JSON: [{seed, until?}], newest first; the secrets are made of these and DATA/secret
  created_at BIGINT NOT NULL,
  failing_since BIGINT,                   -- the first failed try since one succeeded
  off_at BIGINT,                          -- nothing is written down or sent from then on
  off_why TEXT                            -- asked | gone | failing | deleted
);

CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,                    -- the webhook-id, one over all tries
  webhook_id TEXT NOT NULL REFERENCES webhooks (id),
  event TEXT NOT NULL,
  payload TEXT NOT NULL,                  -- JSON as it is signed; ids and dates, nothing of a person
  created_at BIGINT NOT NULL,
  next_try_at BIGINT,                     -- none: delivered or given up
  tries BIGINT NOT NULL,
  delivered_at BIGINT,
  last_try_at BIGINT,
  last_status BIGINT,                     -- what the receiver answered
  last_error TEXT                         -- why the last try failed, in one word
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

-- The ticker's mark that this due_at was told to webhooks as due soon.
ALTER TABLE promises ADD COLUMN due_soon_told_at BIGINT;
