/** Expiry in a file: how many rows of it go or are emptied by which rule, and the rewrite that does it. */
import { basename, dirname } from "node:path";
import { type Expiring, type RetentionRule, ruleText } from "../record/index.ts";
import { addFile } from "../store/lake/add-file.ts";
import { filesOfDay } from "../store/lake/listing.ts";
import { type LakeFile, lakeFile } from "../store/lake/names.ts";
import { dropParts } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import { appendReceipt } from "./audit.ts";
import type { Job } from "./job.ts";
import { type Doing, readDoing, removeDoing, writeDoing } from "./retention-state.ts";
import { removeLakeFile } from "./rewrite.ts";
import { heldSql, ruleSql, type Terms } from "./rules.ts";
import { assertCount } from "./write-rows.ts";

/** What would happen to the rows of a file. */
export interface Fate {
  readonly file: LakeFile;
  readonly bytes: number;
  readonly calls: number;
  /** Rows that go, or of which a part is emptied. */
  readonly gone: Readonly<Record<Expiring, number>>;
  /** Rows that a hold keeps, or keeps whole. */
  readonly held: number;
  /** Place of a rule in the terms -> rows. */
  readonly by_rule: ReadonlyMap<number, number>;
}

const SAID = `(coalesce(len(c.conversation), 0) > 0 OR c.summary IS NOT NULL OR coalesce(len(c.keywords), 0) > 0 OR c.server_messages IS NOT NULL
  OR coalesce(len(list_filter(c.tool_calls, lambda t: t.params IS NOT NULL OR t.result IS NOT NULL OR t.error IS NOT NULL)), 0) > 0)`;
const RECORDED = "coalesce(len(c.recordings), 0) > 0";

/** The rule that takes each part of a row, as columns that are -1 where none does. */
function decisionsSql(terms: Terms, day: string): Record<Expiring, string> {
  const calls = ruleSql(terms, "calls", day);
  const part = (what: Expiring, there: string) => {
    const rule = ruleSql(terms, what, day);
    if (rule === "-1") return "-1";
    const reached = `CASE WHEN ${there} THEN ${rule} ELSE -1 END`;
    return calls === "-1" ? reached : `CASE WHEN ${calls} >= 0 THEN -1 ELSE ${reached} END`;
  };
  return { calls, transcript: part("transcript", SAID), recordings: part("recordings", RECORDED) };
}

const sourceOf = (file: LakeFile) => `read_parquet(${quote(file.path)}, hive_partitioning = false) AS c`;

/** Counts without changing anything. */
export async function fateOf(job: Job, terms: Terms, file: LakeFile): Promise<Fate> {
  const { calls, transcript, recordings } = decisionsSql(terms, file.day);
  const db = await job.db();
  const groups = await db.rows(
    `SELECT ${calls} AS calls, ${transcript} AS transcript, ${recordings} AS recordings, ${heldSql(terms.holds)} AS held,
      CAST(count(*) AS DOUBLE) AS n FROM ${sourceOf(file)} GROUP BY ALL`,
  );
  const gone = { calls: 0, transcript: 0, recordings: 0 };
  const by_rule = new Map<number, number>();
  let [all, held] = [0, 0];
  for (const group of groups) {
    const rows = Number(group["n"]);
    all += rows;
    const takes = (["calls", "transcript", "recordings"] as const).filter((what) => Number(group[what]) >= 0);
    if (takes.length > 0 && group["held"] === true) held += rows;
    else
      for (const what of takes) {
        gone[what] += rows;
        const rule = Number(group[what]);
        by_rule.set(rule, (by_rule.get(rule) ?? 0) + rows);
      }
  }
  return { file, bytes: (await job.fs.stat(file.path)).size, calls: all, gone, held, by_rule };
}

export const isTouched = ({ gone }: Fate) => gone.calls + gone.transcript + gone.recordings > 0;

/** Writes the file's next generation without what has expired, with its receipt; `freed` are the bytes it is smaller by. */
export async function rewriteExpired(job: Job, terms: Terms, fate: Fate): Promise<{ path: string; freed: number }> {
  const { file, gone } = fate;
  const decided = decisionsSql(terms, file.day);
  const kept = `NOT ${heldSql(terms.holds)}`;
  const takes = (what: Expiring) => (decided[what] === "-1" ? "false" : `(${decided[what]} >= 0 AND ${kept})`);
  // Rows stream through in the order they have: a large day does not fit in memory, and need not.
  const select = `SELECT * REPLACE (${emptied(takes("transcript"), takes("recordings")).join(", ")}) FROM ${sourceOf(file)} WHERE NOT ${takes("calls")}`;
  const next = lakeFile(job.dir, { ...file, generation: file.generation + 1 });
  const copy = (tmp: string) =>
    job.withBoundedDb(async (db) => {
      await db.copy(select, tmp);
      await assertCount(job, tmp, fate.calls - gone.calls);
    });
  const { day, writer, first, last, generation } = next;
  const rules = rulesIn(terms.rules, fate.by_rule);
  const { transcript, recordings } = gone;
  const at = new Date(job.now()).toISOString();
  const doing = { day, writer, first, last, generation, at, deleted: gone.calls, emptied: { transcript, recordings } };
  // 1. The words of the rows leave the index first. Kill after it: the index is built again.
  await dropParts(job.dir, day, (one) => one.day === day && one.name === basename(file.path), job.fs);
  // 2. What is about to be done. Kill after it: without the next generation it says nothing.
  await writeDoing(job.dir, { ...doing, rules }, job.fs);
  // 3. Readers see the old file or the new one. Kill after it: the old one is invisible, and the receipt still comes.
  await addFile(job.dir, next, copy, job.fs);
  await finishDoing(job);
  // 4. Kill before: recover removes it.
  await removeLakeFile(job, file);
  await job.fs.fsyncDir(dirname(file.path));
  return { path: next.path, freed: fate.bytes - (await job.fs.stat(next.path)).size };
}

export function rulesIn(rules: readonly RetentionRule[], byRule: ReadonlyMap<number, number>): string[] {
  return [...byRule.keys()].sort().map((place) => {
    const rule = rules[place];
    return rule === undefined ? "unknown" : ruleText(rule);
  });
}

/** The receipt of a rewrite, if its file is there; done again after a kill it is the same receipt. */
export async function finishDoing(job: Job): Promise<void> {
  const doing = await readDoing(job.dir, job.fs);
  if (doing === null) return;
  const path = lakeFile(job.dir, doing).path;
  if (await isDone(job, doing, path)) {
    const { day, at, deleted, emptied, rules } = doing;
    const files = [`calls/${basename(dirname(path))}/${basename(path)}`];
    const act = `${day}/${basename(path)}`;
    await appendReceipt(
      job.dir,
      { action: "retain", at, who: "retention", act, deleted, emptied, rules, files },
      job.fs,
    );
  }
  await removeDoing(job.dir, job.fs);
}

async function isDone(job: Job, doing: Doing, path: string): Promise<boolean> {
  const files = await filesOfDay(job.dir, doing.day, job.fs);
  return files.some((file) => file.path === path);
}

/** Replacements for what an expired transcript and recordings leave behind. */
function emptied(said: string, recorded: string): string[] {
  const columns = said === "false" ? [] : ["conversation", "summary", "keywords", "server_messages"];
  const replaced = columns.map((column) => `CASE WHEN ${said} THEN NULL ELSE c.${column} END AS ${column}`);
  let flags = "c.quality_flags";
  const flag = (when: string, name: string) => {
    flags = `CASE WHEN ${when} AND NOT list_contains(coalesce(c.quality_flags, []), '${name}') THEN list_append(coalesce(${flags}, []), '${name}') ELSE ${flags} END`;
  };
  if (said !== "false") {
    const tool = `{'tool_call_id': t.tool_call_id, 'name': t.name, 'phase': t.phase, 'params': NULL::JSON, 'result': NULL::JSON,
      'status': t.status, 'error': NULL::VARCHAR, 'at': t.at, 'duration_ms': t.duration_ms}`;
    replaced.push(
      `CASE WHEN ${said} THEN list_transform(c.tool_calls, lambda t: ${tool}) ELSE c.tool_calls END AS tool_calls`,
    );
    flag(said, "transcript_expired");
  }
  if (recorded !== "false") {
    replaced.push(`CASE WHEN ${recorded} THEN NULL ELSE c.recordings END AS recordings`);
    flag(recorded, "recordings_expired");
  }
  return [...replaced, `${flags} AS quality_flags`];
}

/** A record as an expiry leaves it, for one that is written late: the same columns as in SQL. */
export function withoutExpired<R extends object>(record: R, expired: readonly Expiring[]): R {
  const left: Record<string, unknown> = { ...(record as Record<string, unknown>) };
  const flags = new Set(Array.isArray(left["quality_flags"]) ? (left["quality_flags"] as string[]) : []);
  if (expired.includes("transcript")) {
    const calls: readonly object[] = Array.isArray(left["tool_calls"]) ? left["tool_calls"] : [];
    for (const column of ["conversation", "summary", "keywords", "server_messages"]) left[column] = null;
    if (calls.length > 0)
      left["tool_calls"] = calls.map((tool) => ({ ...tool, params: null, result: null, error: null }));
  }
  if (expired.includes("recordings")) left["recordings"] = null;
  for (const what of expired) flags.add(`${what}_expired`);
  return { ...left, quality_flags: [...flags] } as R;
}
