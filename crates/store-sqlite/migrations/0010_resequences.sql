-- Numbers that change: what jobs are to change, and what was there before.

-- What a job is to change of numbers, until it is done. Columns are as in `number`.
CREATE TABLE staged_change (
  ledger_id INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  position INTEGER NOT NULL,
  date INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  slug TEXT NOT NULL,
  text TEXT,
  slug_rank INTEGER NOT NULL,
  new_ordinal INTEGER NOT NULL,
  new_slug TEXT NOT NULL,
  new_text TEXT,
  new_slug_rank INTEGER NOT NULL,
  line BLOB NOT NULL, -- as it will be kept beside the trail
  PRIMARY KEY (ledger_id, job_id, place)
) STRICT, WITHOUT ROWID;

-- Texts that numbers had before, found for ever.
CREATE TABLE former (
  ledger_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  entry INTEGER NOT NULL, -- index of the trail entry that changed it
  at INTEGER NOT NULL,
  slug TEXT NOT NULL COLLATE NOCASE,
  text TEXT, -- NULL: the same as the slug
  PRIMARY KEY (ledger_id, position, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_slug ON former (ledger_id, slug);

-- An ordinal belongs to one number; one that no document has any more gives way.
DROP INDEX number_ordinal;
CREATE UNIQUE INDEX number_ordinal ON number
  (ledger_id, sequence_id, ordinal, (CASE state WHEN 2 THEN number_id ELSE 0 END));
