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

CREATE OR REPLACE TEMP VIEW calls AS
SELECT * EXCLUDE (filename)
FROM read_parquet('calls/*/*.parquet', union_by_name = true, hive_partitioning = true, filename = true)
WHERE filename IN (SELECT file FROM lake_files);

CREATE OR REPLACE TEMP VIEW messages AS
SELECT id, call_id, start_time, unnest(generate_series(0, len(conversation) - 1)) AS message_index,
       unnest(conversation, max_depth := 2)
FROM calls;

CREATE OR REPLACE TEMP VIEW turns AS
SELECT id, call_id, start_time, unnest(turns, max_depth := 2) FROM calls;

CREATE OR REPLACE TEMP VIEW tool_calls AS
SELECT id, call_id, start_time, unnest(tool_calls, max_depth := 2) FROM calls;
