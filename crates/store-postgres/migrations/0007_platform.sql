-- The account that a connected account belongs to; its live ledgers are listed, the newest first.
ALTER TABLE account_route ADD COLUMN platform text COLLATE "C";
CREATE INDEX account_route_platform ON account_route (platform, ledger_id)
  WHERE platform IS NOT NULL AND mode = 1;
