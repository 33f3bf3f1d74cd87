-- Numbers that change: what jobs are to change, and what was there before.

-- What a job is to change of numbers, until it is done. Columns are as in `number`.
CREATE TABLE staged_change (
  ledger_id bigint NOT NULL,
  job_id bigint NOT NULL,
  place bigint NOT NULL,
  position bigint NOT NULL,
  ordinal bigint NOT NULL,
  new_ordinal bigint NOT NULL,
  slug_rank integer NOT NULL,
  new_slug_rank integer NOT NULL,
  date date NOT NULL,
  slug text COLLATE "C" NOT NULL,
  text text COLLATE "C",
  new_slug text COLLATE "C" NOT NULL,
  new_text text COLLATE "C",
  line bytea NOT NULL, -- as it will be kept beside the trail
  PRIMARY KEY (ledger_id, job_id, place)
);

-- Texts that numbers had before, found for ever.
CREATE TABLE former (
  ledger_id bigint NOT NULL,
  position bigint NOT NULL,
  entry bigint NOT NULL, -- index of the trail entry that changed it
  at bigint NOT NULL,
  slug text COLLATE "C" NOT NULL,
  text text COLLATE "C", -- NULL: the same as the slug
  PRIMARY KEY (ledger_id, position, entry)
);
CREATE INDEX former_slug ON former (ledger_id, lower(slug));

-- An ordinal belongs to one number; one that no document has any more gives way.
ALTER TABLE number DROP CONSTRAINT number_ordinal;
CREATE UNIQUE INDEX number_ordinal ON number
  (ledger_id, sequence_id, ordinal, (CASE WHEN state = 2 THEN position ELSE 0 END));
