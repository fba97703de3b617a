-- Withdrawing and erasing, both of which can be taken back for a day.

ALTER TABLE applications ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE applications ADD COLUMN withdrawn_from TEXT;     -- JSON, what taking it back restores: {stage_id, promises, was_closed}
ALTER TABLE applications ADD COLUMN delete_on_before BIGINT; -- the date before an erasure was asked for

-- A new address that waits for the code that was mailed to it.
CREATE TABLE new_addresses (
  application_id TEXT PRIMARY KEY REFERENCES applications (id),
  email TEXT NOT NULL,                    -- lower case, trimmed
  code_hash TEXT NOT NULL,
  tries BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX new_addresses_by_expiry ON new_addresses (expires_at);

-- So that an erasure finds what is still to be told about an application.
ALTER TABLE webhook_deliveries ADD COLUMN application_id TEXT;
CREATE INDEX webhook_deliveries_by_application ON webhook_deliveries (application_id) WHERE application_id IS NOT NULL;
