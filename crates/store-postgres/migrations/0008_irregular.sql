-- What is not as one expects of numbers is found by its date, whether it is a gap, a void, a number
-- that a draft holds, or a sequence that begins behind 1.

ALTER TABLE gap ADD COLUMN date date NOT NULL DEFAULT '0001-01-01';
ALTER TABLE gap ADD COLUMN scope text COLLATE "C" NOT NULL DEFAULT ''; -- that of the sequence
UPDATE gap SET
  date = coalesce(
    (SELECT n.date FROM number n WHERE n.ledger_id = gap.ledger_id
      AND n.sequence_id = gap.sequence_id AND n.ordinal < gap.first
      ORDER BY n.ordinal DESC LIMIT 1),
    (SELECT s.period_from FROM sequence s WHERE s.ledger_id = gap.ledger_id
      AND s.sequence_id = gap.sequence_id), gap.date),
  scope = coalesce((SELECT s.scope FROM sequence s WHERE s.ledger_id = gap.ledger_id
      AND s.sequence_id = gap.sequence_id), '');
DROP INDEX gap_series;
DROP INDEX gap_cause;
DROP INDEX gap_explained;
CREATE INDEX gap_date ON gap (ledger_id, date, gap_id);
CREATE INDEX gap_series ON gap (ledger_id, series_id, date, gap_id);
CREATE INDEX gap_scope ON gap (ledger_id, scope, date, gap_id) WHERE scope <> '';
CREATE INDEX gap_cause ON gap (ledger_id, cause, date, gap_id);
CREATE INDEX gap_explained ON gap (ledger_id, explained, date, gap_id);

ALTER TABLE number ADD COLUMN irregular smallint; -- 1 void, 2 held by a draft
UPDATE number SET irregular = 1 WHERE state = 1;
CREATE INDEX number_irregular ON number (ledger_id, irregular, date, position)
  WHERE irregular IS NOT NULL;
CREATE INDEX number_series_irregular ON number (ledger_id, series_id, irregular, date, position)
  WHERE irregular IS NOT NULL;

CREATE INDEX sequence_late ON sequence (ledger_id, period_from, sequence_id) WHERE first > 1;
CREATE INDEX sequence_series_late ON sequence (ledger_id, series_id, period_from, sequence_id)
  WHERE first > 1;
