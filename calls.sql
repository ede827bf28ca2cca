-- Views over a data folder for the duckdb command line, right also between the steps of a compaction or erasure.
-- Run it in the data folder:  cd data && duckdb -init calls.sql
-- Calls that are not published yet (the last minutes) are in `call-lake sql` only.

SET TimeZone = 'UTC';

-- docs/lake-layout.md, "Names": a file is invisible if another of its writer and day contains its range and is larger,
-- or has the same range and a higher generation.
CREATE OR REPLACE TEMP VIEW lake_files AS
WITH names AS (
  SELECT file, regexp_extract(file, 'day=(\d{4}-\d{2}-\d{2})/([a-z0-9-]+)\.(\d{8})-(\d{8})\.g(\d+)\.parquet$',
                              ['day', 'writer', 'first', 'last', 'generation']) AS n
  FROM glob('calls/*/*.parquet')
), files AS (
  SELECT file, n.day AS day, n.writer AS writer, n.first::BIGINT AS first, n.last::BIGINT AS last,
         n.generation::BIGINT AS generation
  FROM names WHERE n.writer <> ''
)
SELECT * FROM files AS f
WHERE NOT EXISTS (
  SELECT 1 FROM files AS o
  WHERE o.day = f.day AND o.writer = f.writer AND o.first <= f.first AND f.last <= o.last
    AND (o.last - o.first > f.last - f.first OR o.generation > f.generation));

-- docs/lake-layout.md, "Masks": what is being erased is hidden at once; a row that is being replaced is hidden as soon as
-- its new revision is here. format.json is in the list because a list without any file would be an error.
CREATE OR REPLACE TEMP VIEW lake_masks AS
SELECT content::JSON ->> 'reason' AS reason, key AS id, value::BIGINT AS rev
FROM read_text(['masks/*.json', 'format.json']), json_each(coalesce(content::JSON -> 'ids', '{}'));

CREATE OR REPLACE TEMP VIEW calls AS
WITH stored AS (
  SELECT * EXCLUDE (filename)
  FROM read_parquet('calls/*/*.parquet', union_by_name = true, hive_partitioning = true, filename = true)
  WHERE filename IN (SELECT file FROM lake_files)
), replaced AS (
  SELECT m.id, m.rev FROM lake_masks AS m JOIN stored AS n ON n.id = m.id AND n.rev >= m.rev WHERE m.reason = 'supersede'
)
SELECT * FROM stored
WHERE id NOT IN (SELECT id FROM lake_masks WHERE reason = 'erase')
  AND NOT EXISTS (SELECT 1 FROM replaced AS r WHERE r.id = stored.id AND stored.rev < r.rev);

CREATE OR REPLACE TEMP VIEW messages AS
SELECT id, call_id, start_time, unnest(generate_series(0, len(conversation) - 1)) AS message_index,
       unnest(conversation, max_depth := 2)
FROM calls;

CREATE OR REPLACE TEMP VIEW turns AS
SELECT id, call_id, start_time, unnest(turns, max_depth := 2) FROM calls;

CREATE OR REPLACE TEMP VIEW tool_calls AS
SELECT id, call_id, start_time, unnest(tool_calls, max_depth := 2) FROM calls;
