-- Every key begins with the ledger, so that the tables of a ledger can lie on one server of many.
-- Instants are milliseconds since 1970-01-01. Texts are compared by their bytes. Columns of fixed
-- width stand first, so that rows carry no padding.

-- Ledgers, accounts and keys are also found without a ledger: by two small tables.
CREATE TABLE account_route (
  account text COLLATE "C" NOT NULL,
  mode smallint NOT NULL, -- 0 test, 1 live
  ledger_id bigint NOT NULL,
  PRIMARY KEY (account, mode)
);
CREATE TABLE key_route (
  key_id bigint NOT NULL,
  ledger_id bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (key_id),
  CONSTRAINT key_route_hash UNIQUE (hash)
);

-- The row of a ledger changes with every batch: room in its page keeps the change there.
CREATE TABLE ledger (
  ledger_id bigint NOT NULL,
  last_position bigint NOT NULL,
  last_sequence bigint NOT NULL,
  last_gap bigint NOT NULL,
  trail_count bigint NOT NULL,
  last_series integer NOT NULL,
  mode smallint NOT NULL,
  account text COLLATE "C" NOT NULL,
  trail_hash bytea NOT NULL,
  definition bytea NOT NULL,
  PRIMARY KEY (ledger_id)
) WITH (fillfactor = 30);

CREATE TABLE api_key (
  ledger_id bigint NOT NULL,
  key_id bigint NOT NULL,
  created bigint NOT NULL,
  revoked bigint,
  hash bytea NOT NULL,
  role text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  hint text COLLATE "C" NOT NULL,
  PRIMARY KEY (ledger_id, key_id)
);
CREATE INDEX api_key_created ON api_key (ledger_id, created, key_id);

CREATE TABLE series (
  ledger_id bigint NOT NULL,
  series_id integer NOT NULL,
  name text COLLATE "C" NOT NULL,
  definition bytea NOT NULL,
  PRIMARY KEY (ledger_id, series_id),
  CONSTRAINT series_name UNIQUE (ledger_id, name)
) WITH (fillfactor = 60);

CREATE TABLE sequence (
  ledger_id bigint NOT NULL,
  sequence_id bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  series_id integer NOT NULL,
  period_from date NOT NULL,
  period_to date NOT NULL, -- the day after its last, as when it was first used
  last_date date,
  scope text COLLATE "C" NOT NULL,
  period_label text COLLATE "C" NOT NULL,
  PRIMARY KEY (ledger_id, sequence_id),
  CONSTRAINT sequence_period UNIQUE (ledger_id, series_id, period_from, scope)
) WITH (fillfactor = 50);

-- The register.
CREATE TABLE number (
  ledger_id bigint NOT NULL,
  position bigint NOT NULL,
  sequence_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  created bigint NOT NULL,
  entry bigint NOT NULL, -- index of the trail entry that gave it
  series_id integer NOT NULL, -- that of the sequence
  slug_rank integer NOT NULL,
  date date NOT NULL,
  state smallint NOT NULL, -- 0 held, 1 void, 2 blank, 3 occupied
  kind text COLLATE "C" NOT NULL, -- empty: an invoice
  slug text COLLATE "C" NOT NULL, -- without its rank
  text text COLLATE "C", -- NULL: the same as the slug
  reference text COLLATE "C",
  customer text COLLATE "C",
  parent bigint,
  reissue_of bigint,
  warning smallint, -- 0 date order
  metadata text COLLATE "C", -- a JSON object
  void_at bigint,
  void_entry bigint,
  void_cause smallint, -- 0 unused, 1 cancelled
  void_reason text COLLATE "C",
  PRIMARY KEY (ledger_id, position),
  CONSTRAINT number_ordinal UNIQUE (ledger_id, sequence_id, ordinal)
);
-- Those that lists are read from end with the position.
CREATE INDEX number_slug ON number (ledger_id, lower(slug));
CREATE INDEX number_reference ON number (ledger_id, reference, kind, position)
  WHERE reference IS NOT NULL;
CREATE INDEX number_series ON number (ledger_id, series_id, position);
CREATE INDEX number_date ON number (ledger_id, date, position);
CREATE INDEX number_customer ON number (ledger_id, customer, position)
  WHERE customer IS NOT NULL;
CREATE INDEX number_state ON number (ledger_id, state, position) WHERE state <> 0;
CREATE INDEX number_kind ON number (ledger_id, kind, position) WHERE kind <> '';

CREATE TABLE gap (
  ledger_id bigint NOT NULL,
  gap_id bigint NOT NULL,
  sequence_id bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  at bigint NOT NULL,
  entry bigint NOT NULL,
  series_id integer NOT NULL, -- that of the sequence
  first_text text COLLATE "C" NOT NULL,
  last_text text COLLATE "C" NOT NULL,
  cause text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  explained_at bigint,
  explanation text COLLATE "C",
  explained_by text COLLATE "C",
  explained boolean NOT NULL GENERATED ALWAYS AS (explanation IS NOT NULL) STORED,
  PRIMARY KEY (ledger_id, gap_id),
  CONSTRAINT gap_sequence UNIQUE (ledger_id, sequence_id, first)
);
CREATE INDEX gap_series ON gap (ledger_id, series_id, gap_id);
CREATE INDEX gap_cause ON gap (ledger_id, cause, gap_id);
CREATE INDEX gap_explained ON gap (ledger_id, explained, gap_id);

CREATE TABLE customer (
  ledger_id bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  PRIMARY KEY (ledger_id, customer)
);

-- Taken for ever, by a series or by a customer.
CREATE TABLE prefix (
  ledger_id bigint NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  customer text COLLATE "C",
  series_id integer,
  PRIMARY KEY (ledger_id, prefix)
);

CREATE TABLE outcome (
  ledger_id bigint NOT NULL,
  at bigint NOT NULL,
  key bytea NOT NULL,
  request bytea NOT NULL,
  result bytea NOT NULL,
  PRIMARY KEY (ledger_id, key)
);
-- The one index that does not begin with the ledger: old outcomes of all ledgers are forgotten
-- together, from its start. New ones are added at its end.
CREATE INDEX outcome_at ON outcome (at);

CREATE TABLE trail (
  ledger_id bigint NOT NULL,
  entry bigint NOT NULL,
  at bigint NOT NULL,
  actor text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (ledger_id, entry)
);

CREATE TABLE trail_line (
  ledger_id bigint NOT NULL,
  entry bigint NOT NULL,
  line bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (ledger_id, entry, line)
);

CREATE TABLE checkpoint (
  ledger_id bigint NOT NULL,
  entry bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (ledger_id, entry)
);
