-- What jobs bring, until it is moved into the register. A job is forgotten with its last row.
CREATE TABLE staged_job (
  ledger_id bigint NOT NULL,
  job_id bigint NOT NULL,
  at bigint NOT NULL, -- of its last part
  PRIMARY KEY (ledger_id, job_id)
);

-- Rows of the register that count from where they will be placed. Columns are as in `number`.
CREATE TABLE staged_number (
  ledger_id bigint NOT NULL,
  job_id bigint NOT NULL,
  place bigint NOT NULL,
  sequence bigint NOT NULL, -- its place among those that the job opens
  ordinal bigint NOT NULL,
  slug_rank integer NOT NULL,
  date date NOT NULL,
  kind text COLLATE "C" NOT NULL,
  slug text COLLATE "C" NOT NULL,
  text text COLLATE "C",
  reference text COLLATE "C",
  customer text COLLATE "C",
  metadata text COLLATE "C",
  line bytea NOT NULL, -- what its line in the trail says behind position and sequence
  PRIMARY KEY (ledger_id, job_id, place)
);
