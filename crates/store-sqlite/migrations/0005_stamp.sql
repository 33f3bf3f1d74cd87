-- What a file is known by while it is written. The mark tells it from any other, the run, which is
-- counted with every run of the log, from an older copy of itself. Both lie side by side in the page.
CREATE TABLE stamp (
  stamp_id INTEGER PRIMARY KEY,
  mark BLOB NOT NULL,
  run BLOB NOT NULL
) STRICT;
INSERT INTO stamp VALUES (1, randomblob(16), zeroblob(8));
