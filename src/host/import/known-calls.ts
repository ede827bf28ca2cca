/** What the lake and the journals have already of the calls of an import: by name and time, and whether they say the same. */
import { pairsSource } from "../../etl/duckdb.ts";
import type { Job } from "../../etl/job.ts";
import { COLUMN_NAMES, type ColumnName, dayOfTime, startTimeOf } from "../../record/index.ts";
import { removeFile } from "../../store/fs.ts";
import type { JournalFollower } from "../../store/journal/follower.ts";
import { tmpPath } from "../../store/lake/layout.ts";
import { visibleOfDay } from "../../store/lake/listing.ts";
import type { LakeFile } from "../../store/lake/names.ts";
import { parquetSource, quote, recordColumnsSql } from "../../store/lake/sql.ts";

export interface CallName {
  readonly source: string;
  readonly call_id: string;
  readonly start_ms: number;
}

/** A record that is there. */
export interface KnownCall extends CallName {
  readonly id: string;
  readonly rev: number;
  /** Null for a call that goes on. */
  readonly writer: string | null;
  readonly outcome: string | null;
  readonly messages: number;
}

/** What the two of one call can differ in without saying anything else. */
const MADE: ReadonlySet<ColumnName> = new Set(["id", "rev", "record_version", "writer", "created_at", "quality_flags"]);

/** All records of these names that began within `window` ms of one of them, of each id the highest revision. */
export async function knownCalls(
  job: Job,
  follower: JournalFollower,
  names: readonly CallName[],
  windowMs: number,
): Promise<Map<string, KnownCall[]>> {
  const found = new Map<string, KnownCall>();
  const take = (call: KnownCall) => {
    if (call.rev >= (found.get(call.id)?.rev ?? 0)) found.set(call.id, call);
  };
  for (const call of await knownInLake(job, names, windowMs)) take(call);
  const wanted = new Set(names.map(nameOf));
  for (const { record } of follower.rows()) {
    const { id, rev, source, call_id, writer, outcome, start_time, conversation } = record;
    const messages = conversation?.length ?? 0;
    const call = { id, rev, source, call_id, writer, outcome, messages, start_ms: Date.parse(start_time) };
    if (wanted.has(nameOf(call))) take(call);
  }
  for (const { id, started, conversation } of follower.activeCalls()) {
    const name = { source: started.source ?? "engine", call_id: started.call_id ?? "", start_ms: startTimeOf(id) };
    if (wanted.has(nameOf(name)))
      take({ ...name, id, rev: 0, writer: null, outcome: null, messages: conversation.length });
  }
  return Map.groupBy(found.values(), nameOf);
}

export const nameOf = ({ source, call_id }: { source: string; call_id: string }): string => `${source}\0${call_id}`;

async function knownInLake(job: Job, names: readonly CallName[], windowMs: number): Promise<KnownCall[]> {
  if (names.length === 0) return [];
  const times = names.map(({ start_ms }) => start_ms);
  const [first, last] = [Math.min(...times) - windowMs, Math.max(...times) + windowMs];
  const files = await daysOf(job, times, windowMs);
  if (files.length === 0) return [];
  const list = JSON.stringify(names.map(({ source, call_id }) => ({ source, call_id })));
  const db = await job.db();
  const rows = await db.rows(
    `SELECT c.id AS id, CAST(c.rev AS DOUBLE) AS rev, c.source AS source, c.call_id AS call_id, c.writer AS writer,
       c.outcome AS outcome, CAST(coalesce(c.user_messages, 0) + coalesce(c.assistant_messages, 0) AS DOUBLE) AS messages, CAST(epoch_ms(c.start_time) AS DOUBLE) AS start_ms
     FROM ${parquetSource(files)} AS c
     WHERE c.start_time BETWEEN make_timestamptz(${first} * 1000) AND make_timestamptz(${last} * 1000)
       AND (c.source, c.call_id) IN (SELECT (m.source, m.call_id) FROM
         (SELECT unnest(CAST(${quote(list)}::JSON AS STRUCT(source VARCHAR, call_id VARCHAR)[]), recursive := true)) AS m)`,
  );
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return rows.map((row) => ({
    id: String(row["id"]),
    rev: Number(row["rev"]),
    source: String(row["source"]),
    call_id: String(row["call_id"]),
    writer: text(row["writer"]),
    outcome: text(row["outcome"]),
    messages: Number(row["messages"] ?? 0),
    start_ms: Number(row["start_ms"]),
  }));
}

/** The files of the days these times touch: calls of ten years are no reason to open every day between. */
async function daysOf(job: Job, times: readonly number[], windowMs: number): Promise<LakeFile[]> {
  const days = new Set<string>();
  for (const time of times)
    for (const edge of [time - windowMs, time, time + windowMs]) days.add(dayOfTime(Math.max(0, edge)));
  const files: LakeFile[] = [];
  for (const day of days) files.push(...(await visibleOfDay(job.dir, day, job.fs)));
  return files;
}

/** Of these records (each a line with the id and the revision it stands beside) the ids that say something else now. */
export async function changedIds(
  job: Job,
  lines: readonly { readonly id: string; readonly rev: number; readonly line: string }[],
): Promise<Set<string>> {
  if (lines.length === 0) return new Set();
  const files = await daysOf(
    job,
    lines.map(({ id }) => startTimeOf(id)),
    0,
  );
  const source = tmpPath(job.dir, "ndjson");
  const longest = lines.reduce((max, { line }) => Math.max(max, line.length), 0);
  await job.fs.writeFile(source, lines.map(({ line }) => `${line}\n`).join(""));
  // Hashes of all that is said, one side after the other: a join of the wide rows took twice the memory.
  const said = `CAST(hash(${COLUMN_NAMES.filter((name) => !MADE.has(name))
    .map((name) => `"${name}"`)
    .join(", ")}) AS VARCHAR) AS said`;
  const ids = lines.map(({ id }) => id).sort();
  const pairs = pairsSource(lines.map(({ id, rev }) => [id, rev] as const));
  const db = await job.db();
  try {
    const told = await db.rows(
      `SELECT id, ${said} FROM read_json(${quote(source)}, format = 'newline_delimited', columns = ${recordColumnsSql()},
         maximum_object_size = ${Math.max(1 << 20, longest * 3 + 16)})`,
    );
    const stored = await db.rows(
      `SELECT id, ${said}, list_has_any(coalesce(quality_flags, []), ['transcript_expired', 'recordings_expired']) AS emptied
       FROM ${parquetSource(files)}
       WHERE id BETWEEN ${quote(ids[0] ?? "")} AND ${quote(ids.at(-1) ?? "")}
         AND (id, rev) IN (SELECT (p.id, p.rev) FROM ${pairs} AS p)`,
    );
    const before = new Map(stored.map((row) => [row["id"], row["said"]]));
    // What retention took away is no news: each import would bring it, and have it taken away again.
    const emptied = new Set(stored.filter((row) => row["emptied"] === true).map((row) => row["id"]));
    const news = told.filter((row) => before.get(row["id"]) !== row["said"] && !emptied.has(row["id"]));
    return new Set(news.map((row) => String(row["id"])));
  } finally {
    await removeFile(source, job.fs);
  }
}
