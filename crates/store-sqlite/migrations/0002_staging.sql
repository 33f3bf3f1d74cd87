-- What jobs bring, until it is moved into the register. A job is forgotten with its last row.

CREATE TABLE staged_job (
  ledger_id INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  at INTEGER NOT NULL, -- of its last part
  PRIMARY KEY (ledger_id, job_id)
) STRICT, WITHOUT ROWID;

-- Rows of the register that count from where they will be placed. Columns are as in `number`.
CREATE TABLE staged_number (
  ledger_id INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  sequence INTEGER NOT NULL, -- its place among those that the job opens
  ordinal INTEGER NOT NULL,
  slug TEXT NOT NULL,
  text TEXT,
  slug_rank INTEGER NOT NULL,
  kind TEXT NOT NULL,
  date INTEGER NOT NULL,
  reference TEXT,
  customer TEXT,
  metadata TEXT,
  line BLOB NOT NULL, -- what its line in the trail says behind position and sequence
  PRIMARY KEY (ledger_id, job_id, place)
) STRICT, WITHOUT ROWID;
