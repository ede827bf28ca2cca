/** Makes a whole CallRecord of whatever an engine or importer hands over: every column, of its type, or null. */

import { coerceColumn } from "./coerce.ts";
import { type ColumnName, columnOf, RECORD_VERSION } from "./columns.ts";
import { callIdentity } from "./id.ts";
import { isPlain, memberNames, toJson } from "./json.ts";
import { Scrutiny } from "./limits.ts";
import { type CallRecord, emptyRecord, outcomeOf } from "./record.ts";
import type { Json } from "./shapes.ts";
import { Tally } from "./tally.ts";
import { instantMs, isoOf, isTimeZone, localTimeOf } from "./time.ts";

type Columns = ReturnType<typeof emptyRecord>;

/** Columns of one message, tool call or turn each, which a live call collects as they come. */
export const COLLECTED = new Set<ColumnName>(["conversation", "tool_calls", "turns"]);

/**
 * The record of a finished call. Never throws: a value of a wrong kind becomes null and is named in quality_flags; a
 * member that is no column goes into `metadata`. `id` follows from source, call_id and start_time; counts follow from
 * the lists; `rev` is 1, `source` "engine", `created_at` now unless given.
 */
export function normaliseRecord(input: unknown): CallRecord {
  const scrutiny = new Scrutiny();
  const record = emptyRecord();
  readColumns(input, record, scrutiny, (column) => column !== "id" && column !== "record_version");
  const tally = new Tally();
  for (const message of record.conversation ?? []) tally.addMessage(message);
  for (const tool of record.tool_calls ?? []) tally.addToolCall(completeTool(tool));
  for (const turn of record.turns ?? []) tally.addTurn(turn);
  return completeRecord(record, tally, scrutiny);
}

/** Reads the members of `input` into `into`, each coerced to its column; `only` limits which columns are read. */
export function readColumns(
  input: unknown,
  into: Partial<Columns>,
  scrutiny: Scrutiny,
  only: (column: ColumnName) => boolean = () => true,
): void {
  if (!isPlain(input)) {
    scrutiny.flag("bad_value:record");
    return;
  }
  const target = into as { [name: string]: unknown };
  let others: { [name: string]: Json } | null = null;
  for (const name of memberNames(input)) {
    const known = columnOf(name) !== undefined;
    let value: unknown;
    try {
      value = input[name];
    } catch {
      scrutiny.flag(`bad_value:${known ? name : "metadata"}`);
      continue;
    }
    if (value === undefined || value === null) continue;
    if (!known) {
      others ??= {};
      if (name !== "__proto__") others[scrutiny.takeText(name)] = toJson(value, scrutiny, "metadata");
      continue;
    }
    const column = name as ColumnName;
    if (only(column)) target[column] = coerceColumn(column, value, scrutiny);
  }
  if (others) keepOthers(into, others, scrutiny);
}

function keepOthers(into: Partial<Columns>, others: { [name: string]: Json }, scrutiny: Scrutiny): void {
  scrutiny.flag("unknown_field");
  const metadata = into.metadata;
  if (metadata === null || metadata === undefined) into.metadata = others;
  else if (isPlain(metadata)) into.metadata = { ...others, ...metadata };
  else into.metadata = { ...others, metadata };
}

/** Fills in what follows from the rest: ids, times, counts, outcome, flags. */
export function completeRecord(columns: Columns, tally: Tally, scrutiny: Scrutiny): CallRecord {
  const now = Date.now();
  columns.source ??= "engine";
  if (!columns.call_id) {
    columns.call_id = `unnamed-${now}-${Math.random().toString(36).slice(2, 10)}`;
    scrutiny.flag("bad_value:call_id");
  }
  if (columns.start_time === null) {
    columns.start_time = columns.answer_time ?? columns.end_time ?? isoOf(now);
    scrutiny.flag("bad_value:start_time");
  }
  const startMs = instantMs(columns.start_time) ?? now;
  columns.id ??= callIdentity(columns.source, columns.call_id, startMs);
  columns.rev ??= 1;
  columns.record_version = RECORD_VERSION;
  columns.created_at ??= isoOf(now);
  completeTimes(columns, startMs, scrutiny);
  tally.fill(columns);
  const { error_message, transfer_destination } = columns;
  const conversation = tally.messages > 0 ? [null] : null;
  columns.outcome ??= outcomeOf({ error_message, transfer_destination, conversation });
  if (columns.currency === null && columns.cost_total !== null) scrutiny.flag("missing_currency");
  for (const flag of scrutiny.flags) {
    columns.quality_flags ??= [];
    if (!columns.quality_flags.includes(flag)) columns.quality_flags.push(flag);
  }
  columns.quality_flags ??= [];
  return columns as CallRecord;
}

function completeTimes(columns: Columns, startMs: number, scrutiny: Scrutiny): void {
  if (columns.end_time !== null) {
    const seconds = ((instantMs(columns.end_time) ?? startMs) - startMs) / 1000;
    // An end before the start tells that a clock was set, not how long the call was.
    if (seconds < 0) scrutiny.flag("clock_step");
    else columns.duration_seconds ??= seconds;
  }
  let last = startMs;
  for (const message of columns.conversation ?? []) {
    if (message.at === null) continue;
    const at = instantMs(message.at) ?? last;
    if (at < last) scrutiny.flag("clock_step");
    else last = at;
    message.offset_ms ??= Math.max(0, at - startMs);
  }
  if (columns.time_zone === null) return;
  if (isTimeZone(columns.time_zone)) columns.start_time_local = localTimeOf(startMs, columns.time_zone);
  else {
    columns.time_zone = null;
    scrutiny.flag("bad_value:time_zone");
  }
}

const OK = new Set(["success", "succeeded", "successful", "completed", "done"]);
const ERROR = new Set(["failed", "failure", "fail"]);

/** Brings the status of a tool call to `ok` or `error` where it says so in other words; returns the same object. */
export function completeTool<T extends { status: string | null; error: string | null }>(tool: T): T {
  if (tool.status === null) {
    if (tool.error !== null) tool.status = "error";
    return tool;
  }
  const status = tool.status.toLowerCase();
  if (status === "ok" || OK.has(status)) tool.status = "ok";
  else if (status === "error" || ERROR.has(status)) tool.status = "error";
  return tool;
}
