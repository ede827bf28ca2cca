/** Which calls an erasure is about: in files and journal, and which holds keep them. */
import { dayOf, fits, isCallIdentity, startTimeOf } from "../record/index.ts";
import { listSegments, listWriters } from "../store/journal/reader.ts";
import { listFiles, visibleOfDay } from "../store/lake/listing.ts";
import { ERASED_REV, mergeMasks, readMasks } from "../store/lake/masks.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { parquetSource, quote } from "../store/lake/sql.ts";
import { pairsSource } from "./duckdb.ts";
import type { NamedCall } from "./erased.ts";
import type { Hold } from "./holds.ts";
import type { Job } from "./job.ts";
import { journalRows, rowsOfSegment } from "./journal-rows.ts";
import { isOf, type Person, personSql } from "./person.ts";
import { whereSql } from "./rules.ts";

/** What to erase: these calls, or every call of a person. */
export type EraseRequest = { readonly ids: readonly string[] } | Person;

/** A call that is there, with the holds that keep it. */
export interface FoundCall extends NamedCall {
  readonly holds: Set<string>;
}

/** Files asked in one statement: between two of them a stop is heard. */
const FILES_AT_ONCE = 100;

/** By id all calls that are there and not under erasure already. */
export async function findCalls(
  job: Job,
  request: EraseRequest,
  holds: readonly Hold[],
  signal?: AbortSignal,
): Promise<Map<string, FoundCall>> {
  const found = new Map<string, FoundCall>();
  const add = (id: string, source: string, call_id: string, keeping: readonly string[]) => {
    const known = found.get(id) ?? {
      source,
      call_id,
      start_ms: isCallIdentity(id) ? startTimeOf(id) : 0,
      holds: new Set(),
    };
    for (const hold of keeping) known.holds.add(hold);
    found.set(id, known);
  };
  for (const { files, condition } of await placesOf(job, request)) {
    signal?.throwIfAborted();
    for (const call of await callsWhere(job, files, condition, holds)) add(...call);
  }
  const wanted = wantedBy(request);
  for await (const { record } of journalRows(job.dir))
    if (wanted({ ...record })) {
      const keeping = holds.filter(({ where }) => fits(where, { ...record })).map((hold) => hold.id);
      add(record.id, record.source, record.call_id, keeping);
    }
  const erasing = mergeMasks(await readMasks(job.dir, job.fs));
  for (const id of found.keys()) if (erasing.get(id) === ERASED_REV) found.delete(id);
  return found;
}

/** The same condition for whatever holds rows outside the lake. */
export function conditionOf(request: EraseRequest): string {
  if (!("ids" in request)) return personSql(request);
  const pairs = pairsSource(request.ids.filter(isCallIdentity).map((id) => [id, 0] as const));
  return `c.id IN (SELECT m.id FROM ${pairs} AS m)`;
}

function wantedBy(request: EraseRequest): (record: Readonly<Record<string, unknown>>) => boolean {
  if (!("ids" in request)) return (record) => isOf(request, record);
  const ids = new Set(request.ids);
  return (record) => ids.has(String(record["id"]));
}

async function placesOf(job: Job, request: EraseRequest): Promise<{ files: LakeFile[]; condition: string }[]> {
  const places: { files: LakeFile[]; condition: string }[] = [];
  if ("ids" in request) {
    for (const [day, ids] of Map.groupBy(new Set(request.ids.filter(isCallIdentity)), dayOf))
      places.push({ files: await visibleOfDay(job.dir, day, job.fs), condition: conditionOf({ ids }) });
    return places;
  }
  const files = await listFiles(job.dir, job.fs);
  for (let at = 0; at < files.length; at += FILES_AT_ONCE)
    places.push({ files: files.slice(at, at + FILES_AT_ONCE), condition: personSql(request) });
  return places;
}

async function callsWhere(job: Job, files: readonly LakeFile[], condition: string, holds: readonly Hold[]) {
  if (files.length === 0) return [];
  const db = await job.db();
  const each = holds.map(({ id, where }) => `CASE WHEN ${whereSql(where)} THEN ${quote(id)} END`);
  const keeping = each.length === 0 ? "''" : `concat_ws(',', ${each.join(", ")})`;
  const rows = await db.rows(
    `SELECT DISTINCT c.id AS id, c.source AS source, c.call_id AS call_id, ${keeping} AS holds FROM ${parquetSource(files)} AS c WHERE ${condition}`,
  );
  return rows.map((row) => {
    const keptBy = String(row["holds"]).split(",").filter(Boolean);
    return [String(row["id"]), String(row["source"]), String(row["call_id"]), keptBy] as const;
  });
}

/** Calls of the request that have begun and not ended, in the open segments of writers. */
export async function countGoingOn(dir: string, request: EraseRequest): Promise<number> {
  const wanted = wantedBy(request);
  const ids = new Set<string>();
  for (const writer of await listWriters(dir)) {
    const segment = (await listSegments(dir, writer)).at(-1);
    if (segment === undefined) continue;
    const ended = new Set((await rowsOfSegment(dir, writer, segment, false)).rows.map((row) => row.id));
    for (const { id, record } of (await rowsOfSegment(dir, writer, segment, true)).rows)
      if (!ended.has(id) && wanted({ ...record })) ids.add(id);
  }
  return ids.size;
}
