-- The account that a connected account belongs to; its live ledgers are listed, the newest first.
ALTER TABLE ledger ADD COLUMN platform TEXT;
CREATE INDEX ledger_platform ON ledger (platform, ledger_id)
  WHERE platform IS NOT NULL AND mode = 1;
