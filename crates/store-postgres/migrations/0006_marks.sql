-- What changed a sequence just before a number: 0 taught, 1 resequenced, 2 moved forward, 3 imported.
ALTER TABLE number ADD COLUMN mark smallint;
-- The same, of what is to be said of its next number.
ALTER TABLE sequence ADD COLUMN mark smallint;
