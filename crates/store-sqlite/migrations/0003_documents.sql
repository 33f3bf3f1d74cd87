-- Documents, what was told of them, and to whom.

-- The place of the newest object, revision or event: with it a head tells whether any has changed.
ALTER TABLE ledger ADD COLUMN last_object INTEGER NOT NULL DEFAULT 0;

-- Customers, invoices and their like. A body is JSON; what is searched by stands beside it, so that
-- an object whose body changes is rewritten where it lies, and no index with it.
CREATE TABLE object (
  object_id INTEGER PRIMARY KEY, -- ledger * 2^36 + id
  ledger_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  created INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  deleted INTEGER NOT NULL, -- 0 or 1
  customer INTEGER, -- the id within the ledger, as is the parent
  parent INTEGER,
  state INTEGER,
  label TEXT,
  body BLOB NOT NULL
) STRICT;
-- Each ends with the key, so what was made at one time lies in the order of ids. What is deleted is
-- found by its id only.
CREATE INDEX object_created ON object (ledger_id, kind, created) WHERE deleted = 0;
CREATE INDEX object_customer ON object (ledger_id, kind, customer, created)
  WHERE deleted = 0 AND customer IS NOT NULL;
CREATE INDEX object_parent ON object (ledger_id, kind, parent, created)
  WHERE deleted = 0 AND parent IS NOT NULL;
CREATE INDEX object_state ON object (ledger_id, kind, state, created)
  WHERE deleted = 0 AND state IS NOT NULL;
CREATE INDEX object_label ON object (ledger_id, kind, label, created)
  WHERE deleted = 0 AND label IS NOT NULL;

CREATE TABLE event (
  event_id INTEGER PRIMARY KEY, -- ledger * 2^36 + id
  ledger_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject_kind INTEGER NOT NULL, -- that of an object; 100 a number, 101 a series, 102 a gap
  subject INTEGER NOT NULL, -- the id within the ledger
  version TEXT NOT NULL,
  request TEXT,
  idempotency_key TEXT,
  body BLOB
) STRICT;
CREATE INDEX event_created ON event (ledger_id, at);
CREATE INDEX event_kind ON event (ledger_id, kind, at);
-- Old events of all ledgers are forgotten together, from its start.
CREATE INDEX event_at ON event (at);

CREATE TABLE delivery (
  event_id INTEGER NOT NULL, -- ledger * 2^36 + id
  endpoint_id INTEGER NOT NULL, -- the id within the ledger
  ledger_id INTEGER NOT NULL,
  made INTEGER NOT NULL, -- when the event was
  state INTEGER NOT NULL, -- 0 pending, 1 delivered, 2 given up
  attempts INTEGER NOT NULL,
  due INTEGER NOT NULL,
  leased_until INTEGER,
  -- From when on somebody may take it.
  ready INTEGER NOT NULL GENERATED ALWAYS AS (max(due, coalesce(leased_until, due))) VIRTUAL,
  log BLOB NOT NULL,
  PRIMARY KEY (event_id, endpoint_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_endpoint ON delivery (ledger_id, endpoint_id, event_id);
CREATE INDEX delivery_ready ON delivery (ledger_id, ready) WHERE state = 0;
CREATE INDEX delivery_open ON delivery (ledger_id, made, event_id) WHERE state <> 1;
