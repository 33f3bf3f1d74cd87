-- Every key begins with the ledger. Dates are days since 1970-01-01, instants milliseconds since
-- then. Rows lie in the order of their keys, without a second tree for a hidden row id. What is only
-- added at the end of its ledger has one integer for its key: ledger * 2^36 + count.

CREATE TABLE ledger (
  ledger_id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  mode INTEGER NOT NULL, -- 0 test, 1 live
  last_position INTEGER NOT NULL,
  last_series INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  last_gap INTEGER NOT NULL,
  trail_count INTEGER NOT NULL,
  trail_hash BLOB NOT NULL,
  definition BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_account ON ledger (account, mode);

CREATE TABLE api_key (
  key_id INTEGER PRIMARY KEY,
  ledger_id INTEGER NOT NULL,
  hash BLOB NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER
) STRICT;
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);
CREATE INDEX api_key_ledger ON api_key (ledger_id, created, key_id);

CREATE TABLE series (
  ledger_id INTEGER NOT NULL,
  series_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  definition BLOB NOT NULL,
  PRIMARY KEY (ledger_id, series_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX series_name ON series (ledger_id, name);

CREATE TABLE sequence (
  ledger_id INTEGER NOT NULL,
  sequence_id INTEGER NOT NULL,
  series_id INTEGER NOT NULL,
  scope TEXT NOT NULL,
  period_from INTEGER NOT NULL,
  period_to INTEGER NOT NULL, -- the day after its last, as when it was first used
  period_label TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  last_date INTEGER,
  PRIMARY KEY (ledger_id, sequence_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sequence_period ON sequence (ledger_id, series_id, period_from, scope);

-- The register.
CREATE TABLE number (
  number_id INTEGER PRIMARY KEY, -- ledger * 2^36 + position
  ledger_id INTEGER NOT NULL,
  sequence_id INTEGER NOT NULL,
  series_id INTEGER NOT NULL, -- that of the sequence
  ordinal INTEGER NOT NULL,
  slug TEXT NOT NULL COLLATE NOCASE, -- without its rank
  text TEXT, -- NULL: the same as the slug
  slug_rank INTEGER NOT NULL,
  state INTEGER NOT NULL, -- 0 held, 1 void, 2 blank, 3 occupied
  kind TEXT NOT NULL, -- empty: an invoice
  date INTEGER NOT NULL,
  created INTEGER NOT NULL,
  entry INTEGER NOT NULL, -- index of the trail entry that gave it
  reference TEXT,
  customer TEXT,
  parent INTEGER,
  reissue_of INTEGER,
  warning INTEGER, -- 0 date order
  metadata TEXT, -- a JSON object
  void_cause INTEGER, -- 0 unused, 1 cancelled
  void_reason TEXT,
  void_at INTEGER,
  void_entry INTEGER
) STRICT;
-- Each ends with the key, so what has equal columns lies in the order of positions.
CREATE UNIQUE INDEX number_ordinal ON number (ledger_id, sequence_id, ordinal);
CREATE INDEX number_slug ON number (ledger_id, slug);
CREATE INDEX number_reference ON number (ledger_id, reference, kind) WHERE reference IS NOT NULL;
CREATE INDEX number_series ON number (ledger_id, series_id);
CREATE INDEX number_date ON number (ledger_id, date);
CREATE INDEX number_customer ON number (ledger_id, customer) WHERE customer IS NOT NULL;
CREATE INDEX number_state ON number (ledger_id, state) WHERE state <> 0;
CREATE INDEX number_kind ON number (ledger_id, kind) WHERE kind <> '';

CREATE TABLE gap (
  ledger_id INTEGER NOT NULL,
  gap_id INTEGER NOT NULL,
  sequence_id INTEGER NOT NULL,
  series_id INTEGER NOT NULL, -- that of the sequence
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  first_text TEXT NOT NULL,
  last_text TEXT NOT NULL,
  cause TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  entry INTEGER NOT NULL,
  explanation TEXT,
  explained_by TEXT,
  explained_at INTEGER,
  PRIMARY KEY (ledger_id, gap_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX gap_sequence ON gap (ledger_id, sequence_id, first);
CREATE INDEX gap_series ON gap (ledger_id, series_id, gap_id);
CREATE INDEX gap_cause ON gap (ledger_id, cause, gap_id);
CREATE INDEX gap_explained ON gap (ledger_id, gap_id) WHERE explanation IS NOT NULL;
CREATE INDEX gap_unexplained ON gap (ledger_id, gap_id) WHERE explanation IS NULL;

CREATE TABLE customer (
  ledger_id INTEGER NOT NULL,
  customer TEXT NOT NULL,
  prefix TEXT NOT NULL,
  PRIMARY KEY (ledger_id, customer)
) STRICT, WITHOUT ROWID;

-- Taken for ever, by a series or by a customer.
CREATE TABLE prefix (
  ledger_id INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  series_id INTEGER,
  customer TEXT,
  PRIMARY KEY (ledger_id, prefix)
) STRICT, WITHOUT ROWID;

-- Outcomes lie in the order of time. They are found through a tree of short entries, one branch a
-- day. Its keys are random, so entries are not filed one by one, each into a page of its own, but
-- many at once in their order; until then the writer knows the outcomes behind `outcome_filed`.
CREATE TABLE outcome (
  outcome_id INTEGER PRIMARY KEY,
  ledger_id INTEGER NOT NULL,
  key BLOB NOT NULL,
  request BLOB NOT NULL,
  at INTEGER NOT NULL,
  result BLOB NOT NULL
) STRICT;
-- Only added to at the end of a ledger's branch. Finds what a ledger that is moved remembers.
CREATE INDEX outcome_ledger ON outcome (ledger_id);
CREATE TABLE outcome_key (
  day INTEGER NOT NULL,
  mark INTEGER NOT NULL, -- of the ledger and the key
  outcome_id INTEGER NOT NULL,
  PRIMARY KEY (day, mark, outcome_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE outcome_filed (
  outcome_id INTEGER PRIMARY KEY -- all outcomes up to this one are in the tree
) STRICT;
INSERT INTO outcome_filed VALUES (0);

CREATE TABLE trail (
  trail_id INTEGER PRIMARY KEY, -- ledger * 2^36 + index
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  what TEXT NOT NULL,
  body BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;

CREATE TABLE trail_line (
  ledger_id INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  line INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (ledger_id, entry, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  ledger_id INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (ledger_id, entry)
) STRICT, WITHOUT ROWID;
