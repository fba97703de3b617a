-- Proofs of work that an application came with, until they expire: each serves once.

CREATE TABLE proofs (
  signature TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX proofs_by_expiry ON proofs (expires_at);
