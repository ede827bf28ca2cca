/** The callers who call most: exact, from lists of each file's most frequent callers wherever these are enough. */
import { narrowColumns, narrowed } from "../store/lake/narrow.ts";
import { countPart, READS } from "../store/lake/rollup-parts.ts";
import { quote } from "../store/lake/sql.ts";
import type { CallerCount } from "./answers.ts";
import type { Ask } from "./asking.ts";
import type { Group } from "./rollup-groups.ts";
import type { Rollups } from "./rollups.ts";
import { numberOf, type Row, textOf } from "./rows.ts";
import { raw, type Sql, sql } from "./statement.ts";
import type { StatsSource } from "./stats-source.ts";

const TOP = 10;
/** More callers than these that could be among the first are not looked up one by one. */
const OPEN_MAX = 400;
/** Buckets of callers that are looked into at first, and at most before all callers are counted. */
const BUCKETS_FIRST = 64;
const BUCKETS_MAX = 1000;

export async function topCallers(
  source: StatsSource,
  ask: Ask,
  rollups: Rollups,
  groups: readonly Group[],
): Promise<CallerCount[]> {
  if (source.summed.length === 0) return scanned(source, ask);
  for (let tries = 0; tries < 3; tries++) {
    const rows = await ask(candidatesSql(source));
    const rest = numberOf(rows[0]?.["rest"]) ?? 0;
    // A caller no list names may have `rest` calls: then the lists do not tell who is first.
    if (rows.length > 0 && rest > 0 && rest >= (numberOf(rows[0]?.["tenth"]) ?? 0)) return scanned(source, ask);
    const open = rows.filter((row) => row["open"] === true).map((row) => textOf(row["key"]) ?? "");
    if (rows.length > OPEN_MAX) return scanned(source, ask);
    if (open.length === 0) return rows.slice(0, TOP).map(callerFrom);
    for (const [index, group] of groups.entries())
      await lookUp(source, rollups, group, source.held.groups[index] ?? -1, open);
  }
  return scanned(source, ask);
}

/** Callers with what is known of their calls, and whether files that do not list them could have more. */
function candidatesSql(source: StatsSource): Sql {
  const scan = source.inMemory
    ? raw("")
    : sql` UNION ALL SELECT key, calls, duration_ms, 0 AS covered FROM (${source.scan("caller")})`;
  return sql`WITH rest AS (SELECT coalesce(sum(calls), 0)::BIGINT AS rest FROM rollup_caller_rest WHERE ${source.inHeld()}),
    listed AS (SELECT c.key, c.calls, c.duration_ms, coalesce(r.calls, 0) AS covered FROM rollup_caller AS c
      LEFT JOIN rollup_caller_rest AS r ON r.file = c.file AND r.grp = c.grp WHERE ${source.inHeld("c.")}${scan}),
    callers AS (SELECT key, sum(calls)::BIGINT AS calls, sum(duration_ms)::BIGINT AS duration_ms, sum(covered)::BIGINT AS covered FROM listed GROUP BY key),
    tenth AS (SELECT CASE WHEN count(*) = ${TOP} THEN min(calls) ELSE 0 END AS tenth FROM (SELECT calls FROM callers ORDER BY calls DESC LIMIT ${TOP}))
    SELECT key, calls, duration_ms, covered < rest AS open, rest, tenth FROM callers, rest, tenth
    WHERE calls + rest - covered >= tenth AND calls + rest - covered > 0
    ORDER BY calls DESC, duration_ms DESC, key LIMIT ${OPEN_MAX + 1}`;
}

/**
 * Counts these callers in the files that do not list them, and adds them to the lists. Statements of `execute` run one
 * after the other, so that two questions at once do not add the same.
 */
async function lookUp(source: StatsSource, rollups: Rollups, group: Group, grp: number, callers: readonly string[]) {
  const { narrow, wide } = source.places;
  const pathOf = new Map(narrow.map(({ file, path }) => [file.path, path]));
  const files = source.summed.map(({ file, number }) => ({ path: pathOf.get(file.path) ?? file.path, file: number }));
  const of = group.column === "" ? "" : ` AND ${group.column} = $3`;
  const from = (select: string, paths: readonly string[]) =>
    `SELECT ${select}, filename FROM read_parquet([${paths.map(quote).join(", ")}], union_by_name = true, hive_partitioning = false, filename = true) WHERE caller_number IN (SELECT caller FROM wanted)${of}`;
  const parts = [
    ...(narrow.length > 0 ? [from(narrowColumns(READS.caller), [...pathOf.values()])] : []),
    ...(wide.length > 0
      ? [
          from(
            narrowed(READS.caller),
            wide.map((file) => file.path),
          ),
        ]
      : []),
  ];
  const calls = `(${parts.join(" UNION ALL ")})`;
  await rollups.execute(
    `INSERT INTO rollup_caller
      WITH wanted AS MATERIALIZED (SELECT unnest(CAST($1::JSON AS VARCHAR[])) AS caller),
      files AS MATERIALIZED (SELECT unnest(CAST($2::JSON AS STRUCT(path VARCHAR, file INTEGER)[]), max_depth := 2)),
      counted AS (${countPart("caller", calls, ["filename"])})
      SELECT f.file, ${grp}, w.caller, coalesce(c.calls, 0), coalesce(c.duration_ms, 0)
      FROM wanted AS w CROSS JOIN files AS f LEFT JOIN counted AS c ON c.key = w.caller AND c.filename = f.path
      WHERE NOT EXISTS (SELECT 1 FROM rollup_caller AS r WHERE r.grp = ${grp} AND r.file = f.file AND r.key = w.caller)`,
    [JSON.stringify(callers), JSON.stringify(files), ...(group.column === "" ? [] : [group.value])],
  );
}

/**
 * By buckets of callers first, which are numbers: who is in no large bucket does not call much, so that the names of few
 * calls are read (of a million calls with 270,000 callers 55 ms of processor time instead of 116).
 */
async function scanned(source: StatsSource, ask: Ask): Promise<CallerCount[]> {
  const statement = source.scanBuckets(BUCKETS_MAX + 1);
  if (statement === null) return first(source.scanCallers(), ask);
  const buckets = (await ask(statement)).map((row) => ({
    number: numberOf(row["number"]) ?? 0,
    calls: numberOf(row["calls"]) ?? 0,
  }));
  for (let count = BUCKETS_FIRST; ; ) {
    if (count > BUCKETS_MAX) return first(source.scanCallers(), ask);
    const named = buckets.slice(0, count).map(({ number }) => number);
    const callers = named.length === 0 ? [] : await first(source.scanCallers(named), ask);
    const tenth = callers.length < TOP ? 0 : (callers.at(-1)?.calls ?? 0);
    // A caller of another bucket has at most as many calls as that has.
    if (count >= buckets.length || tenth > (buckets[count]?.calls ?? 0)) return callers;
    count = Math.max(count + 1, buckets.filter(({ calls }) => calls >= tenth).length);
  }
}

async function first(callers: Sql, ask: Ask): Promise<CallerCount[]> {
  const rows = await ask(
    sql`SELECT key, calls, duration_ms FROM (${callers}) ORDER BY calls DESC, duration_ms DESC, key LIMIT ${TOP}`,
  );
  return rows.map(callerFrom);
}

function callerFrom(row: Row): CallerCount {
  return {
    caller_number: textOf(row["key"]),
    calls: numberOf(row["calls"]) ?? 0,
    duration_seconds: (numberOf(row["duration_ms"]) ?? 0) / 1000,
  };
}
