-- When the clock is to look at an object: a draft that finalizes by itself, an invoice that is due.
ALTER TABLE object ADD COLUMN wake_at bigint;
-- Those of all ledgers are found together, from its start.
CREATE INDEX object_wake ON object (wake_at, ledger_id, object_id)
  WHERE NOT deleted AND wake_at IS NOT NULL;
