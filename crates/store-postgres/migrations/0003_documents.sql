-- Documents, what was told of them, and to whom.

-- The place of the newest object, revision or event: with it a head tells whether any has changed.
ALTER TABLE ledger ADD COLUMN last_object bigint NOT NULL DEFAULT 0;

-- Customers, invoices and their like. A body is JSON; what is searched by stands beside it. Room in
-- a page keeps a change of the body there, with no entry in any index.
CREATE TABLE object (
  ledger_id bigint NOT NULL,
  object_id bigint NOT NULL,
  created bigint NOT NULL,
  revision bigint NOT NULL,
  kind smallint NOT NULL,
  state smallint,
  deleted boolean NOT NULL,
  customer bigint,
  parent bigint,
  label text COLLATE "C",
  body bytea NOT NULL,
  PRIMARY KEY (ledger_id, object_id)
) WITH (fillfactor = 70);
-- What is deleted is found by its id only.
CREATE INDEX object_created ON object (ledger_id, kind, created, object_id) WHERE NOT deleted;
CREATE INDEX object_customer ON object (ledger_id, kind, customer, created, object_id)
  WHERE NOT deleted AND customer IS NOT NULL;
CREATE INDEX object_parent ON object (ledger_id, kind, parent, created, object_id)
  WHERE NOT deleted AND parent IS NOT NULL;
CREATE INDEX object_state ON object (ledger_id, kind, state, created, object_id)
  WHERE NOT deleted AND state IS NOT NULL;
CREATE INDEX object_label ON object (ledger_id, kind, label, created, object_id)
  WHERE NOT deleted AND label IS NOT NULL;

CREATE TABLE event (
  ledger_id bigint NOT NULL,
  event_id bigint NOT NULL,
  at bigint NOT NULL,
  subject bigint NOT NULL,
  subject_kind smallint NOT NULL, -- that of an object; 100 a number, 101 a series, 102 a gap
  kind text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  request text COLLATE "C",
  idempotency_key text COLLATE "C",
  body bytea,
  PRIMARY KEY (ledger_id, event_id)
);
CREATE INDEX event_created ON event (ledger_id, at, event_id);
CREATE INDEX event_kind ON event (ledger_id, kind, at, event_id);
-- Old events of all ledgers are forgotten together, from its start.
CREATE INDEX event_at ON event (at);

-- A row changes with each attempt: room in its page keeps the change there.
CREATE TABLE delivery (
  ledger_id bigint NOT NULL,
  event_id bigint NOT NULL,
  endpoint_id bigint NOT NULL,
  made bigint NOT NULL, -- when the event was
  due bigint NOT NULL,
  leased_until bigint,
  -- From when on somebody may take it.
  ready bigint NOT NULL GENERATED ALWAYS AS (greatest(due, leased_until)) STORED,
  attempts integer NOT NULL,
  state smallint NOT NULL, -- 0 pending, 1 delivered, 2 given up
  log bytea NOT NULL,
  PRIMARY KEY (ledger_id, event_id, endpoint_id)
) WITH (fillfactor = 70);
CREATE INDEX delivery_endpoint ON delivery (ledger_id, endpoint_id, event_id);
CREATE INDEX delivery_ready ON delivery (ledger_id, ready, event_id, endpoint_id) WHERE state = 0;
CREATE INDEX delivery_open ON delivery (ledger_id, made, event_id, endpoint_id) WHERE state <> 1;
